"""Being told to end: who says it, and where it may interrupt the work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .errors import JobStop


class Stop:
    """Set once, with the reason, from any thread."""

    def __init__(self) -> None:
        self.reason: JobStop | None = None
        #: On the monotonic clock.
        self.at = 0.0
        #: Whether the handler knows of it.
        self.seen = False
        self.requested = threading.Event()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def request(self, reason: JobStop) -> bool:
        """False when somebody was first."""
        with self._lock:
            if self.reason is not None:
                return False
            self.at = time.monotonic()
            self.reason = reason
            self.requested.set()
            listeners = list(self._listeners)
        for listener in listeners:
            listener()
        return True

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls it when the stop is requested, or now when it was."""
        with self._lock:
            self._listeners.append(listener)
            requested = self.reason is not None
        if requested:
            listener()

    def look(self) -> bool:
        """Whether the handler is to end; once it has seen that, ``raise_if_stopping`` raises at its next call."""
        self.seen = self.seen or self.reason is not None
        return self.seen

    def wait(self, seconds: float | None = None) -> bool:
        self.requested.wait(seconds)
        return self.look()

    def raise_if_requested(self) -> None:
        if self.reason is not None:
            raise self.reason


class Interrupts:
    """Whether a stop may raise in the main thread at this moment. By default it does not: the handler asks for it."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._owner = threading.get_ident()
        self._allowed = False
        self._raised = False

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        with self._set(True):
            self.deliver()
            yield

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        with self._set(False):
            yield
        self.deliver()

    def deliver(self) -> None:
        """Raises the stop, if there is one, here is the place, and it was not raised before."""
        if self._allowed and not self._raised and self._stop.reason is not None and self._is_owner():
            self._raised = True
            raise self._stop.reason

    @contextmanager
    def _set(self, allowed: bool) -> Iterator[None]:
        if not self._is_owner():  # signals come to the main thread only
            yield
            return
        before, self._allowed = self._allowed, allowed
        try:
            yield
        finally:
            self._allowed = before

    def _is_owner(self) -> bool:
        return threading.get_ident() == self._owner
