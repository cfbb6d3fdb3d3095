"""A job in a unit test, without AWS; and its hooks."""

from __future__ import annotations

import time
import unittest
from typing import Any

from longhaul import HookContext, JobContext, PermanentJobError, job
from longhaul.testing import test_job


def summing() -> Any:
    @job("sum", input=list)
    def work(ctx: JobContext[list[int]]) -> dict[str, int]:
        state = ctx.checkpoint.load({"at": 0, "sum": 0})
        while state["at"] < len(ctx.input):
            if ctx.input[state["at"]] < 0:
                raise PermanentJobError("a negative number")
            state = {"at": state["at"] + 1, "sum": state["sum"] + ctx.input[state["at"]]}
            (ctx.checkpoint.directory / "seen").write_text(str(state["at"]))
            ctx.checkpoint.set(state)
            ctx.progress(state["at"], len(ctx.input))
            ctx.raise_if_stopping()
        ctx.artifacts.put("sum.txt", str(state["sum"]))
        return {"sum": state["sum"]}

    return work


class AJobInATest(unittest.TestCase):
    def test_is_run_to_its_result(self) -> None:
        run = test_job(summing(), [1, 2, 3])
        self.assertEqual((run.outcome, run.result, run.error), ("done", {"sum": 6}, None))
        self.assertEqual(run.artifacts, {"sum.txt": b"6"})
        self.assertEqual((run.progress or {})["done"], 3)
        self.assertIsNone(run.checkpoint)
        self.assertEqual(run.log[-1]["message"], "Job done")

    def test_is_interrupted_and_goes_on_from_what_it_left(self) -> None:
        first = test_job(summing(), [1, 2, 3], interrupt_after=2)
        self.assertEqual((first.outcome, first.result), ("interrupted", None))
        self.assertEqual((first.checkpoint, first.files), ({"at": 2, "sum": 3}, {"seen": b"2"}))
        second = test_job(summing(), [1, 2, 3], checkpoint=first.checkpoint, files=first.files, interruptions=1)
        self.assertEqual((second.outcome, second.result), ("done", {"sum": 6}))

    def test_begins_anew_after_a_start_that_left_no_checkpoint(self) -> None:
        done = test_job(summing(), [1])
        again = test_job(summing(), [1, 2], checkpoint=done.checkpoint, files=done.files)
        self.assertEqual((again.outcome, again.result), ("done", {"sum": 3}))

    def test_tells_why_it_failed(self) -> None:
        self.assertEqual(str(test_job(summing(), [1, -1]).error), "a negative number")


class Hooks(unittest.TestCase):
    def told(self, event: Any, **options: Any) -> list[Any]:
        work, told = summing(), []

        @work.on_start
        def started(ctx: HookContext) -> None:
            told.append(("start", ctx.input))

        work.on_interrupt(lambda reason, ctx: told.append(("interrupt", type(reason).__name__)))
        work.on_complete(lambda result, ctx: told.append(("complete", result)))
        work.on_failed(lambda error, ctx: told.append(("failed", type(error).__name__, ctx.attempt)))
        work.on_dead_letter(lambda error, ctx: told.append(("dead letter", str(error))))
        test_job(work, event, **options)
        return told

    def test_are_told_what_became_of_a_start(self) -> None:
        self.assertEqual(self.told([1]), [("start", [1]), ("complete", {"sum": 1})])
        interrupted = self.told([1, 2], interrupt_after=1)
        self.assertEqual(interrupted, [("start", [1, 2]), ("interrupt", "JobInterruptedError")])
        self.assertEqual(self.told([-1])[1], ("dead letter", "a negative number"))
        self.assertEqual(self.told([None], attempt=2)[1], ("failed", "TypeError", 2))
        self.assertEqual(self.told([None], attempt=3)[1][0], "dead letter")

    def test_that_fail_change_nothing(self) -> None:
        work = summing()

        @work.on_start
        def fails(ctx: HookContext) -> None:
            raise ValueError("no")

        run = test_job(work, [1])
        self.assertEqual(run.result, {"sum": 1})
        self.assertTrue(any("The hook on_start failed" in line["message"] for line in run.log))

    def test_that_take_too_long_are_left_when_the_container_must_end(self) -> None:
        work = summing()
        work.on_interrupt(lambda reason, ctx: time.sleep(600))
        run = test_job(work, [1, 2], interrupt_after=1)
        self.assertEqual(run.outcome, "interrupted")
        self.assertTrue(any("takes too long" in line["message"] for line in run.log))


class AStop(unittest.TestCase):
    def test_that_the_handler_has_seen_is_raised_at_once(self) -> None:
        @job("looks")
        def looks(ctx: JobContext[Any]) -> str:
            big = ["x" * 100] * 20_000  # too large to be taken with every call
            while not ctx.stopping:
                ctx.checkpoint.set(big)
            ctx.raise_if_stopping()
            return "not all of it"

        self.assertEqual(test_job(looks, interrupt_after=50).outcome, "interrupted")

    def test_loses_no_step_that_was_set(self) -> None:
        steps = 0

        @job("counts")
        def counts(ctx: JobContext[Any]) -> None:
            nonlocal steps
            while True:
                steps += 1
                ctx.checkpoint.set({"steps": steps, "filler": ["x" * 100] * 20_000})
                ctx.raise_if_stopping()

        run = test_job(counts, interrupt_after=50)
        self.assertEqual((run.outcome, run.checkpoint["steps"]), ("interrupted", steps))
