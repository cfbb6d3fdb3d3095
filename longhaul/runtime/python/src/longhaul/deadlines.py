"""Who ends the process, of the threads that may, and when at the latest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .errors import JobStop, SupersededError
from .outcome import Outcome
from .stop import Stop
from .stop_plan import plan_stop

#: Seconds that a superseded container's handler has to close its connections in; its successor is at work already.
_SUPERSEDED_GRACE = 5.0


class Deadlines:
    def __init__(
        self,
        stop: Stop,
        stop_timeout_seconds: float,
        finish: Callable[[BaseException | None, str | None], Outcome],
        give_up: Callable[[JobStop], Outcome],
        leave: Callable[[Outcome], None] | None,
    ) -> None:
        """
        ``finish`` saves what is to be saved after an error, or the result; called once. ``give_up`` says what it is when
        there is no time for that. ``leave`` ends the process while the handler is still at work; without it the handler
        has all the time that it takes.
        """
        self._stop = stop
        self._plan = plan_stop(stop_timeout_seconds)
        self._finish = finish
        self._give_up = give_up
        self._leave = leave
        self._ending = threading.Lock()
        self._handler_over = threading.Event()
        self._over = threading.Event()

    def keep(self) -> None:
        """From now on."""
        if self._leave:
            self._start(self._keep, self._leave)

    def seconds_left(self) -> float:
        """For hooks: until a little before the end."""
        if self._stop.reason is None:
            return float("inf")
        return self._stop.at + self._plan.end - 0.5 - time.monotonic()

    def end(self, error: BaseException | None, result: str | None = None) -> Outcome:
        """In the handler's thread, when it is over. Does not return where another thread ends the process."""
        self._handler_over.set()
        if not self._ending.acquire(blocking=False):
            threading.Event().wait()
        try:
            return self._finish(error, result)
        finally:
            self._over.set()

    def end_without_handler(self, error: BaseException) -> None:
        """In a thread of its own."""
        if self._leave:
            self._start(self._end_without_handler, error, self._leave)

    def _end_without_handler(self, error: BaseException, leave: Callable[[Outcome], None]) -> None:
        if self._ending.acquire(blocking=False):
            leave(self._finish(error, None))

    def _keep(self, leave: Callable[[Outcome], None]) -> None:
        """After a stop: when the handler's time is over it ends without it, and when all time is over, unsaved."""
        self._stop.requested.wait()
        reason = self._stop.reason
        assert reason is not None
        grace = self._plan.handler
        if isinstance(reason, SupersededError):
            grace = min(_SUPERSEDED_GRACE, grace)
        if not self._handler_over.wait(self._stop.at + grace - time.monotonic()):
            self.end_without_handler(reason)
        if not self._over.wait(max(0.0, self._stop.at + self._plan.end - time.monotonic())):
            leave(self._give_up(reason))

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=work, args=arguments, name="longhaul-stop", daemon=True).start()
