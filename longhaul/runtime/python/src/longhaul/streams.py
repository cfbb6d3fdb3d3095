"""stdout and stderr of the process."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import Any


class _PerhapsUnread(io.FileIO):
    """A log that nobody reads any more, or that finds no place, is no reason to fail."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BlockingIOError:
            raise
        except OSError:
            return memoryview(data).nbytes


def open_streams() -> None:
    """From now on a job's ``print`` is seen at once, whatever the text, and never fails; nor does Python's own last flush."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, io.TextIOWrapper):  # somebody else's
            continue
        with contextlib.suppress(OSError):
            # For who holds it already, as a handler of logging does; flushes, too.
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
        try:
            raw = _PerhapsUnread(stream.fileno(), "w", closefd=False)
        except io.UnsupportedOperation:  # in memory, as tests have it
            continue
        own = io.TextIOWrapper(io.BufferedWriter(raw), stream.encoding, "backslashreplace", line_buffering=True)
        setattr(sys, name, own)
