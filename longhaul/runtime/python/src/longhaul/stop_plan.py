"""How the time between SIGTERM and SIGKILL is divided."""

from __future__ import annotations

from typing import NamedTuple


class StopPlan(NamedTuple):
    """Seconds after SIGTERM."""

    #: Until then the handler may finish what it is at.
    handler: float
    #: By then everything is written, or given up. The rest is for the process to end in.
    end: float


def plan_stop(stop_timeout_seconds: float) -> StopPlan:
    """The last third, at most ten seconds of it, is for saving, and of those the last two seconds at most for the end."""
    total = stop_timeout_seconds
    return StopPlan(handler=total - min(10, total / 3), end=total - min(2, total / 10))
