"""Writes the newest of many values, beside the work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

#: Not nothing: a write that fails at once must not be tried again without a pause.
_HURRIED_INTERVAL_SECONDS = 0.1


class BackgroundWriter(Generic[T]):
    """
    One write at a time, the first at once, then at most every interval. What came in between is left out, except the last.
    A value whose write failed is kept and written again, unless a newer one has come.
    """

    def __init__(
        self,
        name: str,
        write: Callable[[T], None],
        interval_seconds: Callable[[], float],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._write = write
        self._interval_seconds = interval_seconds
        self._failed = failed
        self._changed = threading.Condition()
        self._newest: list[T] = []  # none or one; None is a value
        self._begun = float("-inf")
        self._paced = True
        self._closed = False
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def put(self, value: T) -> None:
        with self._changed:
            if self._closed:
                return
            self._newest = [value]
            if not self._thread.is_alive():
                self._thread.start()
            self._changed.notify()

    def hurry(self) -> None:
        """From now on values are written as soon as the ones before them are."""
        with self._changed:
            self._paced = False
            self._changed.notify()

    def close(self) -> None:
        """Takes no more values and starts no more writes by itself; ``flush`` still does."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def flush(self) -> None:
        """Returns when the value that is the newest now, or a newer one, is written, and raises what its write raised."""
        with self._turn:  # whoever writes now has finished then
            self._write_newest()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (not self._newest or self._left() > 0):
                    self._changed.wait(self._left() if self._newest else None)
                if self._closed:
                    return
            try:
                with self._turn:
                    self._write_newest()
            except BaseException as error:  # SupersededError is no Exception
                self._failed(error)

    def _left(self) -> float:
        interval = self._interval_seconds() if self._paced else _HURRIED_INTERVAL_SECONDS
        return self._begun + interval - time.monotonic()

    def _write_newest(self) -> None:
        with self._changed:
            if not self._newest:
                return
            taken, self._newest = self._newest, []
            self._begun = time.monotonic()
        try:
            self._write(taken[0])
        except BaseException:
            with self._changed:
                self._newest = self._newest or taken
            raise
