"""Which of two starts of an execution came later."""

from __future__ import annotations

import re

from .environment import Launch


def _number(launch: Launch) -> int:
    """Every start after the first one counts either as an attempt or as an interruption, so this grows by one each time."""
    return launch.attempt + launch.interruptions


def _resumption(execution: str) -> tuple[str, int]:
    """A resumed execution is called <id>-r1, <id>-r2, … and counts its attempts from one again, on the same artifacts."""
    match = re.fullmatch(r"(.+)-r([0-9]+)", execution)
    return (match[1], int(match[2])) if match else (execution, 0)


def is_later(other: Launch, own: Launch) -> bool:
    """
    Whether ``other`` was started after ``own``, so that ``own`` must step back. The same launch is not later than itself:
    the engine starts a container again under the same numbers when it was killed, and then the newer process takes over.
    Neither are unrelated executions: whoever starts on another one's artifacts means to continue them.
    """
    other_origin, other_count = _resumption(other.execution)
    own_origin, own_count = _resumption(own.execution)
    if other_origin != own_origin:
        return False
    return _number(other) > _number(own) if other_count == own_count else other_count > own_count


def describe_launch(launch: Launch) -> str:
    """``attempt 2 with 1 interruption of csv-report-9f…``"""
    plural = "" if launch.interruptions == 1 else "s"
    return f"attempt {launch.attempt} with {launch.interruptions} interruption{plural} of {launch.execution}"
