"""What a handler is given."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .artifacts import Artifacts
from .checkpoint import Checkpoint
from .log import Log
from .reading import LONGEST_LINE, Lines, ObjectAddress, ObjectReading, ObjectSource, Position, address_of
from .stop import Interrupts, Stop

Input = TypeVar("Input")


@dataclass(frozen=True)
class JobContext(Generic[Input]):
    #: The event as the job's input type made it; without one, the event itself.
    input: Input
    #: The event as it came: the parsed JSON, or the text when it is no JSON.
    event: Any
    #: 1, 2, …: starts that count against ``max_attempts``.
    attempt: int
    max_attempts: int
    #: How often capacity was taken from this execution so far: 0, 1, …
    interruptions: int
    execution_id: str
    artifacts: Artifacts
    checkpoint: Checkpoint
    #: ``progress(done, total, message)``
    progress: Callable[..., None]
    log: Log
    stop: Stop
    interrupts: Interrupts
    source: ObjectSource

    @property
    def stopping(self) -> bool:
        """
        Whether the container must end: SIGTERM, the time limit, or a newer start. Finish the record, call
        ``checkpoint.set``, then ``raise_if_stopping()``.
        """
        return self.stop.look()

    def raise_if_stopping(self) -> None:
        """Call it after ``checkpoint.set``. :raises JobStop: an interruption, the time limit, or a newer start"""
        self.checkpoint.raise_if_stopping()

    def read_lines(self, source: Any, *, position: Position | None = None, longest_line: int = LONGEST_LINE) -> Lines:
        """
        Reads an object of any bucket line by line, from the beginning or from a saved position; gzip, too. ``source`` is
        ``s3://bucket/key``, or whatever has ``bucket`` and ``key``. A stop ends it between two lines.

        state = ctx.checkpoint.load({"words": 0, "position": None})
        lines = ctx.read_lines(ctx.input, position=state["position"])
        for line in lines:
            state = {"words": state["words"] + len(line.split()), "position": lines.position}
            ctx.checkpoint.set(state)
            ctx.progress(lines.bytes_read, lines.size)

        :raises PermanentJobError: if it cannot be read at all, is damaged, or has a line that is too long
        :raises ObjectReplacedError: if it was overwritten since the position was saved, or while it was being read
        """
        address = address_of(source)

        def open_object(place: Position | None) -> ObjectReading:
            # A chunk holds many lines: a stop may come between two lines, not between two chunks.
            return self._open(address, place, lambda: None)

        return Lines(open_object, address, position, longest_line, self.raise_if_stopping)

    def read_object(self, source: Any, *, position: Position | None = None) -> ObjectReading:
        """The same for its bytes, as they are stored, in chunks. A stop ends it between two chunks."""
        return self._open(address_of(source), position, self.raise_if_stopping)

    def _open(
        self, address: ObjectAddress, position: Position | None, between_chunks: Callable[[], None]
    ) -> ObjectReading:
        retry = self.stop.raise_if_requested
        return ObjectReading(
            self.source, address, position, self.log, between_chunks=between_chunks, before_retry=retry
        )

    def sleep(self, seconds: float) -> None:
        """As ``time.sleep``, cut short by a stop. :raises JobStop: then"""
        if self.stop.wait(seconds):
            self.stop.raise_if_requested()

    def interruptible(self) -> AbstractContextManager[None]:
        """
        Within it a stop raises at once, wherever the main thread is: for work that cannot ask, such as a library's
        ``fit()`` or a long wait. Not in the middle of a call of native code: that returns first.

        with ctx.interruptible():
            model.fit(data)
        """
        return self.interrupts.interruptible()

    def uninterrupted(self) -> AbstractContextManager[None]:
        """
        Within ``interruptible``: what must not be cut in two. A stop raises at its end.

        with ctx.uninterrupted():
            write(batch)
            ctx.checkpoint.set(position)
        """
        return self.interrupts.uninterrupted()
