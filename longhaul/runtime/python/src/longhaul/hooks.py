"""What else is to be done at certain points of a start: tell somebody, count something."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .artifacts import Artifacts
from .log import Log

#: Seconds that a hook is waited for.
_MOST = 10.0


@dataclass(frozen=True)
class HookContext:
    """What a hook is told of the start that it belongs to."""

    #: None when there was none that could be used: the event is gone, or does not fit the job's input.
    input: Any
    attempt: int
    max_attempts: int
    interruptions: int
    execution_id: str
    artifacts: Artifacts
    log: Log


def run_hook(name: str, hook: Callable[[], object], log: Log, seconds_left: Callable[[], float]) -> None:
    """
    Waits for a hook, within its bounds; an error in one is logged and changes nothing. ``seconds_left`` may become less
    meanwhile: when the container is being stopped.
    """

    def work() -> None:
        try:
            hook()
        except BaseException as error:
            log.error(f"The hook {name} failed; the job goes on", error=error)

    thread = threading.Thread(target=work, name=f"longhaul-{name}", daemon=True)
    thread.start()
    most = time.monotonic() + _MOST
    while thread.is_alive() and (left := min(most - time.monotonic(), seconds_left())) > 0:
        thread.join(min(left, 0.05))
    if thread.is_alive():
        log.warn(f"The hook {name} takes too long; the job goes on without it")
