"""One start of the job, from its event to its result or its failure, in whatever process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .artifacts import Artifacts
from .attempt_log import log_end
from .checkpoint import Checkpoint, Snapshot
from .checkpoint_files import CheckpointFiles
from .checkpoint_removal import remove_checkpoint
from .checkpoint_store import store_checkpoint
from .context import JobContext
from .deadlines import Deadlines
from .entry import Content
from .environment import JobEnvironment
from .errors import JobStop, SupersededError
from .event import parse_event, read_event_text
from .failure import describe_failure
from .fence import Fence
from .hooks import HookContext, run_hook
from .inherit import claim, restore
from .job import Job
from .log import Log
from .objects import ObjectStore
from .outcome import Outcome, decisive, judge
from .progress import Progress
from .reading import ObjectSource
from .result import read_published, to_result_json
from .stop import Interrupts, Stop
from .validation import validate_input


@dataclass
class Attempt:
    job: Job[Any, Any]
    environment: JobEnvironment
    objects: ObjectStore
    #: Where the job reads its own objects from.
    source: ObjectSource
    log: Log
    #: Whoever requests it says why: an interruption, the time limit.
    stop: Stop
    interrupts: Interrupts
    #: Ends the process while the handler is still at work. Without it the handler has all the time that it takes.
    leave: Callable[[Outcome], None] | None = None
    checkpoint_directory: Path | None = None
    #: Told of every call of ``checkpoint.set``.
    checkpointed: Callable[[], None] = lambda: None
    result: str | None = field(default=None, init=False)
    error: BaseException | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        place = self.environment.artifacts
        self._fence = Fence(self.objects, place, self.environment.launch, self.log.warn)
        self._files = CheckpointFiles(self.objects, place, self._fence.writer, self.checkpoint_directory)
        self._progress = Progress(self.environment.launch, self._write_progress, self._progress_failed)
        self._artifacts = Artifacts(self.objects, place, lambda: self._fence.superseded)
        self._input: Any = None
        self._is_own_result = True
        self._checkpoint: Checkpoint | None = None
        self._deadlines = Deadlines(
            self.stop, self.environment.stop_timeout_seconds, self._finish, self._give_up, self.leave
        )

    def run(self) -> Outcome:
        """In the thread that it is called in; ends with what the attempt came to."""
        self._deadlines.keep()
        try:
            result = self._work()
        except BaseException as error:
            return self._deadlines.end(error)
        return self._deadlines.end(None, result)

    def fail(self, error: BaseException) -> None:
        """An error that came up outside of the handler."""
        self._deadlines.end_without_handler(error)

    def _work(self) -> str:
        event = parse_event(read_event_text(self.environment.event, self.objects))
        self._input = input = validate_input(self.job.input, event)
        inherited = claim(self._fence, self._published)
        if inherited.result is not None:
            self.log.info("An earlier start did the work; only its result is left to publish")
            self._is_own_result = False
            return inherited.result
        self.stop.raise_if_requested()
        inherited = restore(inherited, self._fence, self._files, self.log)

        self._checkpoint = Checkpoint(
            inherited=inherited.state,
            files=self._files,
            interval_seconds=self.job.checkpoint_interval_seconds,
            write=self._write_checkpoint,
            failed=self._checkpoint_failed,
            stop=self.stop,
            uninterrupted=self.interrupts.uninterrupted,
            called=self.checkpointed,
        )
        self.stop.listen(self._checkpoint.hurry)
        launch = self.environment.launch
        context = JobContext(
            input=input,
            event=event,
            attempt=launch.attempt,
            max_attempts=self.environment.max_attempts,
            interruptions=launch.interruptions,
            execution_id=launch.execution,
            artifacts=self._artifacts,
            checkpoint=self._checkpoint,
            progress=self._progress,
            log=self.log,
            stop=self.stop,
            interrupts=self.interrupts,
            source=self.source,
        )
        self.log.info("Job continues from its checkpoint" if inherited.is_checkpoint else "Job started")
        self._run_hook("on_start")
        self.stop.raise_if_requested()
        try:
            return to_result_json(self.job.handler(context))
        except SystemExit as error:
            raise RuntimeError(
                f"The handler called exit({error.code}): return the result, or raise an error"
            ) from error

    def _published(self) -> str | None:
        return read_published(self.objects, self.environment.artifacts.below("result.json"))

    def _finish(self, error: BaseException | None, result: str | None) -> Outcome:
        try:
            return self._finished(error, result)
        finally:
            self._files.clean_up()

    def _finished(self, error: BaseException | None, result: str | None) -> Outcome:
        self._progress.close()
        if error is None and result is not None:
            self._close_checkpoint(keep=False)
            try:
                self._publish(result)
                return Outcome.DONE
            except BaseException as failure:
                error = failure
        assert error is not None
        self._close_checkpoint(keep=True)
        outcome = self._save(error)
        log_end(self.log, outcome, error, self.error or error)
        if outcome is Outcome.INTERRUPTED:
            self._run_hook("on_interrupt", self.error)
        elif outcome is not Outcome.SUPERSEDED:
            last = self.environment.launch.attempt >= self.environment.max_attempts
            self._run_hook("on_dead_letter" if last or outcome is Outcome.REJECTED else "on_failed", self.error)
        return outcome

    def _run_hook(self, name: str, *told: Any) -> None:
        hook = self.job.hooks.get(name)
        if hook is None:
            return
        launch = self.environment.launch
        context = HookContext(
            input=self._input,
            attempt=launch.attempt,
            max_attempts=self.environment.max_attempts,
            interruptions=launch.interruptions,
            execution_id=launch.execution,
            artifacts=self._artifacts,
            log=self.log,
        )
        run_hook(name, lambda: hook(*told, context), self.log, self._deadlines.seconds_left)

    def _publish(self, result: str) -> None:
        """
        A result of this start's own goes through the fence, so that only one start has one. A start that comes later only
        publishes it: it has no reason to write the fence, which the other may be about to remove.
        """
        if self._is_own_result:
            self._fence.write(Content(result=result))
        self._put_json("result.json", result)
        self._progress.flush()
        # A service that takes the capacity away calls even exit code 0 an interruption, and the job is started again:
        # that start must find the result.
        if self.stop.reason is None:
            try:
                remove_checkpoint(self.objects, self.environment.artifacts, self._fence)
            except Exception as error:
                self.log.warn("The result is there, but the checkpoint could not be removed", error=error)
        self.result = result
        self.log.info("Job done")
        self._run_hook("on_complete", json.loads(result))

    def _save(self, error: BaseException) -> Outcome:
        """Saves what is to be saved after ``error``, and says how the attempt ended."""
        if self._checkpoint and not self._fence.superseded:
            try:
                self._checkpoint.flush()
            except BaseException as failure:
                if not self._fence.superseded:
                    self.log.error("The last checkpoint could not be saved", error=failure)
        # A container that was cut off and is back may fail because of it, long after its successor was done.
        if self._verdict(error) not in (Outcome.INTERRUPTED, Outcome.SUPERSEDED):
            self._fence.confirm()
        outcome = self._verdict(error)
        if outcome is Outcome.SUPERSEDED:
            return outcome
        self._progress.flush()
        if outcome is not Outcome.INTERRUPTED:
            report = describe_failure(self.error or error, outcome, self.environment.launch)
            try:
                self._put_json("error.json", json.dumps(report))
            except Exception as failure:
                self.log.error("error.json could not be written", error=failure)
        return outcome

    def _verdict(self, error: BaseException) -> Outcome:
        """How the attempt ended by what is known now; ``self.error`` says why."""
        stop_reason = self._fence.superseded or self.stop.reason
        outcome = judge(error, stop_reason)
        self.error = decisive(error, outcome, stop_reason)
        return outcome

    def _give_up(self, reason: JobStop) -> Outcome:
        if self.result is not None:
            return Outcome.DONE
        self.log.error("The time to stop in is over before everything was saved")
        outcome = self._verdict(reason)
        log_end(self.log, outcome, reason, self.error or reason)
        return outcome

    def _write_checkpoint(self, snapshot: Snapshot) -> None:
        try:
            store_checkpoint(snapshot, self._files, self._fence)
        except SupersededError as superseded:
            self.stop.request(superseded)
            raise

    def _checkpoint_failed(self, error: BaseException) -> None:
        if not self._fence.superseded:
            self.log.warn("The checkpoint cannot be written now; it is tried again", error=error)

    def _close_checkpoint(self, keep: bool) -> None:
        try:
            if self._checkpoint and self._checkpoint.close(keep):
                self.log.warn(
                    "Files of the checkpoint changed after its value was set: the checkpoint before it stands"
                )
        except Exception as error:
            self.log.error("The last checkpoint could not be saved", error=error)

    def _write_progress(self, report: bytes) -> None:
        if not self._fence.superseded:
            self.objects.put(self.environment.artifacts.below("progress.json"), report, "application/json")

    def _progress_failed(self, error: BaseException) -> None:
        self.log.warn("Progress cannot be written; the job goes on without", error=error)

    def _put_json(self, name: str, text: str) -> None:
        self.objects.put(self.environment.artifacts.below(name), text.encode(), "application/json")
