"""One start of the job, from its event to its result or its failure, in whatever process."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .artifacts import Artifacts
from .attempt_log import log_end
from .checkpoint import Checkpoint, Snapshot
from .checkpoint_files import CheckpointFiles
from .checkpoint_removal import remove_checkpoint
from .context import JobContext
from .entry import Content, UnreadableError
from .environment import JobEnvironment
from .errors import SupersededError
from .event import parse_event, read_event_text
from .failure import describe_failure
from .fence import Fence
from .hooks import HookContext, run_hook
from .job import Job
from .launch import is_first
from .log import Log
from .objects import ObjectStore
from .outcome import Outcome, decisive, judge
from .progress import Progress
from .result import read_published, to_result_json
from .stop import Interrupts, Stop
from .stop_plan import plan_stop
from .validation import validate_input

#: Seconds that a superseded container's handler has to close its connections in; its successor is at work already.
_SUPERSEDED_GRACE = 5.0


@dataclass
class Attempt:
    job: Job[Any, Any]
    environment: JobEnvironment
    objects: ObjectStore
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
        self._checkpoint: Checkpoint | None = None
        self._ending = threading.Lock()
        self._handler_over = threading.Event()
        self._over = threading.Event()

    def run(self) -> Outcome:
        """In the thread that it is called in; ends with what the attempt came to."""
        if self.leave:
            threading.Thread(target=self._keep_deadlines, args=(self.leave,), name="longhaul-stop", daemon=True).start()
        try:
            result = self._work()
        except BaseException as error:
            return self._end(error)
        return self._end(None, result)

    def fail(self, error: BaseException) -> None:
        """An error that came up outside of the handler: in a thread of its own."""
        threading.Thread(target=self._end_without_handler, args=(error,), name="longhaul-stop", daemon=True).start()

    def _work(self) -> str:
        event = parse_event(read_event_text(self.environment.event, self.objects))
        self._input = input = validate_input(self.job.input, event)
        inherited = self._fence.claim()
        result = inherited.result
        if inherited.is_empty and not is_first(self.environment.launch):
            # Capacity that is taken between the last write of a start and its end leaves nothing else.
            result = read_published(self.objects, self.environment.artifacts.below("result.json"))
        if result is not None:
            self.log.info("An earlier start did the work; only its result is left to publish")
            return result
        self.stop.raise_if_requested()
        inherited = self._restored(inherited)

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

    def _restored(self, inherited: Content) -> Content:
        """With its files in the directory, or the checkpoint before it with its own."""
        try:
            self._files.restore(inherited.files)
            return inherited
        except UnreadableError as error:
            before = self._fence.previous(str(error))
        try:
            self._files.restore(before.files)
            return before
        except UnreadableError as error:
            self.log.warn(f"The checkpoint before it is left as well ({error}): the job starts from the beginning")
            self._files.restore(())
            return Content()

    def _end(self, error: BaseException | None, result: str | None = None) -> Outcome:
        self._handler_over.set()
        if not self._ending.acquire(blocking=False):
            threading.Event().wait()  # another thread ends the process
        try:
            return self._finish(error, result)
        finally:
            self._files.clean_up()
            self._over.set()

    def _finish(self, error: BaseException | None, result: str | None) -> Outcome:
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
        end = plan_stop(self.environment.stop_timeout_seconds).end - 0.5
        run_hook(
            name,
            lambda: hook(*told, context),
            self.log,
            lambda: float("inf") if self.stop.reason is None else self.stop.at + end - time.monotonic(),
        )

    def _publish(self, result: str) -> None:
        """The result goes through the fence, so that only one start has one; a start that comes later only publishes it."""
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

    def _keep_deadlines(self, leave: Callable[[Outcome], None]) -> None:
        """After a stop: when the handler's time is over it ends without it, and when all time is over, unsaved."""
        self.stop.requested.wait()
        plan = plan_stop(self.environment.stop_timeout_seconds)
        grace = plan.handler
        if isinstance(self.stop.reason, SupersededError):
            grace = min(_SUPERSEDED_GRACE, grace)
        reason = self.stop.reason
        assert reason is not None
        if not self._handler_over.wait(self.stop.at + grace - time.monotonic()):
            self.fail(reason)
        if not self._over.wait(max(0.0, self.stop.at + plan.end - time.monotonic())):
            if self.result is not None:
                leave(Outcome.DONE)
            self.log.error("The time to stop in is over before everything was saved")
            outcome = self._verdict(reason)
            log_end(self.log, outcome, reason, self.error or reason)
            leave(outcome)

    def _end_without_handler(self, error: BaseException) -> None:
        if self._ending.acquire(blocking=False) and self.leave:
            outcome = self._finish(error, None)
            self._files.clean_up()
            self.leave(outcome)

    def _write_checkpoint(self, snapshot: Snapshot) -> None:
        if self._fence.superseded:
            raise self._fence.superseded  # nobody would remove the files that were stored now
        files = self._files
        if files.current and not files.previous and snapshot.scan != files.saved:
            files.previous = self._fence.previous_content().files
        try:
            entries = files.store(snapshot.scan)
            self._fence.write(Content(snapshot.state, entries))
        except SupersededError as superseded:
            self.stop.request(superseded)
            raise
        files.written(snapshot.scan, entries)

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
