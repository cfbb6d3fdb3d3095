"""A job in a unit test, without AWS: its handler runs in the test's own process, with the real runtime around it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .attempt import Attempt
from .entry import Content, FileEntry, compose_entry, parse_entry
from .environment import JobEnvironment, Launch, S3Address
from .errors import JobInterruptedError
from .faithful_json import from_json, to_faithful_json
from .job import Job
from .log import Log
from .memory_objects import MemoryObjects
from .memory_source import MemorySource
from .outcome import Outcome
from .result import to_result_json
from .stop import Interrupts, Stop

__all__ = ["TestRun", "test_job"]

_PLACE = S3Address("artifacts", "executions/test/")


@dataclass(frozen=True)
class TestRun:
    """What a start of the job came to."""

    __test__ = False  # nothing for pytest to collect

    #: `done`, `failed`, `rejected`, `interrupted`
    outcome: str
    #: As result.json has it; None when there is none.
    result: Any
    #: What ended it otherwise.
    error: BaseException | None
    #: What the next start would load: value and files.
    checkpoint: Any
    files: dict[str, bytes]
    #: The last progress: `done`, `total`, `message`, …
    progress: dict[str, Any] | None
    #: What the job itself stored.
    artifacts: dict[str, bytes]
    log: list[dict[str, Any]]


def test_job(
    job: Job[Any, Any],
    event: Any = None,
    *,
    objects: Mapping[str, str | bytes] | None = None,
    checkpoint: Any = None,
    files: Mapping[str, bytes] | None = None,
    interrupt_after: int | None = None,
    attempt: int = 1,
    max_attempts: int = 3,
    interruptions: int = 0,
) -> TestRun:
    """
    Runs the job on an event, from a checkpoint if one is given, and interrupts it after so many calls of `checkpoint.set`.
    `objects` are what `read_lines` and `read_object` read: contents by `s3://bucket/key`.

    first = test_job(count_words, {"key": "a.txt"}, interrupt_after=3)
    second = test_job(count_words, {"key": "a.txt"}, checkpoint=first.checkpoint, files=first.files)
    assert second.result == {"words": 12}
    """
    stored = MemoryObjects()
    if checkpoint is not None or files:
        state = None if checkpoint is None else to_faithful_json(checkpoint)
        left = Content(state, tuple(_stored(stored, path, body) for path, body in (files or {}).items()))
        entry = compose_entry(Launch("test", 1, 0), "an earlier start", 1, left)
        stored.put(_PLACE.below("checkpoint/state.json"), entry, "")
    log: list[dict[str, Any]] = []
    stop = Stop()
    sets = 0
    counting = threading.Lock()

    def checkpointed() -> None:
        nonlocal sets
        with counting:
            sets += 1
        if sets == interrupt_after:
            stop.request(JobInterruptedError(f"interrupted after {sets} calls of checkpoint.set"))

    run = Attempt(
        job,
        JobEnvironment(job.name, Launch("test", attempt, interruptions), to_result_json(event), max_attempts, _PLACE),
        stored,
        MemorySource(objects or {}),
        Log({"job": job.name, "id": "test"}, sink=lambda _level, line: log.append(json.loads(line))),
        stop,
        Interrupts(stop),
        checkpointed=checkpointed,
    )
    outcome = run.run()
    return _told(outcome, run, stored, log)


test_job.__test__ = False  # type: ignore[attr-defined] # pytest would take it for a test


def _told(outcome: Outcome, run: Attempt, objects: MemoryObjects, log: list[dict[str, Any]]) -> TestRun:
    names = {address.key.removeprefix(_PLACE.key): found.body for address, found in objects.stored.items()}
    entry = names.get("checkpoint/state.json")
    left = parse_entry(entry).content if entry else Content()
    progress = names.get("progress.json")
    own = {"result.json", "progress.json", "error.json"}
    return TestRun(
        outcome=outcome.value,
        result=None if run.result is None else json.loads(run.result),
        error=run.error,
        checkpoint=None if left.state is None else from_json(left.state),
        files={file.path: names[file.key] for file in left.files},
        progress=None if progress is None else json.loads(progress),
        artifacts={
            name: body for name, body in names.items() if name not in own and not name.startswith("checkpoint/")
        },
        log=log,
    )


def _stored(objects: MemoryObjects, path: str, body: bytes) -> FileEntry:
    digest = hashlib.sha256(body).hexdigest()
    entry = FileEntry(path, digest, len(body), f"checkpoint/files/{digest}-earlier0")
    objects.put(_PLACE.below(entry.key), body, "")
    return entry
