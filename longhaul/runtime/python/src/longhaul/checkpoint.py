"""What the next start continues from."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .background_writer import BackgroundWriter
from .checkpoint_files import CheckpointFiles, Scan
from .faithful_json import from_json, to_faithful_json
from .snapshot_budget import SnapshotBudget
from .stop import Stop

_NOTHING = object()


@dataclass(frozen=True)
class Snapshot:
    """Value (JSON) and files of one moment."""

    state: str | None
    scan: Scan


class Checkpoint:
    """
    ``ctx.checkpoint``: one JSON value, and the files of a directory.

    **What is kept.** Anything that JSON holds: None, booleans, text, lists, dicts with keys of text, whole numbers of up to
    53 bits and finite floats, bit for bit. What JSON would change without a word (NaN, tuples, arrays, instances of
    classes, …) is refused with an ``UnsavableValueError`` that names its path.

    **When it is taken.** Only inside a call of ``set`` or ``save``, at once and whole: the value may be changed freely
    afterwards. Not every ``set`` takes one: the runtime spends about 2 % of the time on it, so that a job may call it for
    every record. The first call does, calls do as long as the state is small, and the first one after a stop does.

    **When it is written.** In the background at most every few seconds, and once more before the container ends.
    """

    def __init__(
        self,
        *,
        inherited: str | None,
        files: CheckpointFiles,
        interval_seconds: float,
        write: Callable[[Snapshot], None],
        failed: Callable[[BaseException], None],
        stop: Stop,
        uninterrupted: Callable[[], AbstractContextManager[None]],
        called: Callable[[], None] = lambda: None,
    ) -> None:
        self._inherited = inherited
        self._files = files
        self._interval_seconds = interval_seconds
        self._stop = stop
        self._uninterrupted = uninterrupted
        self._called = called
        self._budget = SnapshotBudget(time.monotonic())
        self._writer: BackgroundWriter[Snapshot] = BackgroundWriter(
            "longhaul-checkpoint", write, lambda: interval_seconds, failed
        )
        #: The last value given to `set`, while it is not taken.
        self._given: Any = _NOTHING
        #: The last value that was taken, as JSON.
        self._state = inherited
        #: What waits for the next save or the end, because the files have changed since the last checkpoint.
        self._held: Snapshot | None = None
        self._due_at = 0.0
        self._taking = threading.RLock()

    @property
    def directory(self) -> Path:
        """A folder that is saved and restored with the value: ``ctx.checkpoint.directory / "model.npy"``."""
        return self._files.directory

    def load(self, default: Any = None) -> Any:
        """What the last start saved, a new copy with each call; ``default`` at the first start."""
        return default if self._inherited is None else from_json(self._inherited)

    def set(self, value: Any) -> None:
        """
        Cheap enough for every record. A function saves building the value when no checkpoint is due. Where files of the
        directory have changed, value and files wait for the next ``save``, or for the handler's end.
        """
        self._called()
        self._given = value
        if self._stop.reason is not None or time.monotonic() >= self._due_at:
            with self._uninterrupted(), self._taking:
                snapshot = self._take(value)
                if snapshot.scan == self._files.saved:
                    self._writer.put(snapshot)
                else:
                    self._held = snapshot

    def save(self, value: Any = _NOTHING) -> None:
        """
        Writes now: the given value, or the last one that was set, and the files, which must be left alone meanwhile.
        Returns when all is durable.

        :raises SupersededError: when a newer start of the execution has taken over
        """
        with self._uninterrupted():
            with self._taking:
                given = self._given if value is _NOTHING else value
                unchanged = given is _NOTHING
                snapshot = Snapshot(self._state, self._files.scan()) if unchanged else self._take(given)
                self._held = None
                self._writer.put(snapshot)
            self._writer.flush()

    def raise_if_stopping(self) -> None:
        """
        A stop may come between a ``set`` that took nothing and this: then, once, a handler that does not know of the stop
        goes on to its next ``set``, which is taken, so that nothing that is done is lost.
        """
        if self._stop.reason is not None:
            known = self._stop.seen
            self._stop.look()
            if known or self._given is _NOTHING:
                raise self._stop.reason

    def hurry(self) -> None:
        """The container is about to end: what is taken is written at once."""
        self._writer.hurry()

    def close(self, keep: bool) -> bool:
        """
        No more of it; ``flush`` writes the last snapshot, if it is to be kept. Answers whether one was given up, because
        its files are no longer as they were. A value that was set but not taken may have changed since: it is left.
        """
        with self._taking:
            held, self._held = self._held, None
            intact = held is None or self._files.scan() == held.scan
            if keep and held is not None and intact:
                self._writer.put(held)
            self._writer.close()
        return keep and not intact

    def flush(self) -> None:
        self._writer.flush()

    def _take(self, value: Any) -> Snapshot:
        begun = time.monotonic()
        self._state = to_faithful_json(value() if callable(value) else value)
        snapshot = Snapshot(self._state, self._files.scan())
        ended = time.monotonic()
        self._given = _NOTHING
        self._held = None
        # However large the state is, a checkpoint is taken in every interval: that is what a SIGKILL may cost.
        self._due_at = ended + min(self._budget.spend(ended - begun, ended), self._interval_seconds)
        return snapshot
