"""How far the job is: progress.json."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable
from typing import Any

from .background_writer import BackgroundWriter
from .environment import Launch
from .log import iso_now, text_of


def progress_interval(elapsed: float) -> float:
    """
    Seconds between two writes of a job that has run for ``elapsed``: every second in the first minute, every ten seconds
    after ten. A write each second for a day would cost more than a small container does.
    """
    return min(10.0, max(1.0, elapsed / 60))


class Progress:
    """
    ``ctx.progress(done, total, message)``. Cheap; written in the background, the last one always. It never fails the
    job. ``done`` and ``total`` are in any one unit; ``total`` is left out when it is unknown.
    """

    def __init__(self, launch: Launch, write: Callable[[bytes], None], failed: Callable[[BaseException], None]) -> None:
        begun = time.monotonic()
        self._launch = launch
        self._report_failure = failed
        self._failed = threading.Event()
        self._writer: BackgroundWriter[dict[str, Any]] = BackgroundWriter(
            "longhaul-progress",
            write=lambda report: write(json.dumps(report).encode()),
            interval_seconds=lambda: progress_interval(time.monotonic() - begun),
            failed=self._fail,
        )

    def __call__(self, done: float, total: float | None = None, message: str | None = None) -> None:
        done, total = _number(done), _number(total)
        if done is None:
            return
        self._writer.put(
            {
                "done": done,
                "total": total,
                "message": None if message is None else text_of(message),
                "attempt": self._launch.attempt,
                "interruptions": self._launch.interruptions,
                "at": iso_now(),
            }
        )

    def close(self) -> None:
        self._writer.close()

    def flush(self) -> None:
        try:
            self._writer.flush()
        except Exception as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self._failed.is_set():
            self._failed.set()
            self._report_failure(error)


def _number(value: Any) -> Any:
    """A number of JSON, also of one of NumPy's; None for what is none."""
    try:
        if hasattr(value, "item"):
            value = value.item()
        return value if isinstance(value, (int, float)) and math.isfinite(value) else None
    except Exception:  # an array of several (NumPy: ValueError, PyTorch: RuntimeError); more than a float holds
        return None
