"""SIGTERM, SIGKILL, and two containers of one execution at once."""

from __future__ import annotations

import json
import signal

from .execution import ExecutionTest


class AnInterruptedJob(ExecutionTest):
    def test_saves_its_last_step_ends_with_75_and_goes_on_from_there(self) -> None:
        first = self.start("count")
        self.until(lambda: self.json("checkpoint/state.json"), lambda entry: entry and "state" in entry)
        first.signal(signal.SIGTERM)
        self.ends(first, 75)
        step = first.line("stopping")["step"]
        self.assertEqual(self.json("checkpoint/state.json")["state"], {"step": step})
        self.assertIsNone(self.json("error.json"))

        second = self.start("count", STP_INTERRUPTIONS="1")
        self.assertEqual(second.line("from")["step"], step)
        second.signal(signal.SIGUSR2)
        self.ends(second, 0)
        self.assertEqual(self.json("result.json")["from"], step)
        self.assertEqual(self.names(), ["result.json"])

    def test_goes_on_from_the_last_checkpoint_that_was_written_before_a_sigkill(self) -> None:
        first = self.start("count")
        entry = self.until(lambda: self.json("checkpoint/state.json"), lambda entry: entry and "state" in entry)
        first.signal(signal.SIGKILL)
        self.ends(first, -signal.SIGKILL)
        second = self.start("count", STP_INTERRUPTIONS="1")
        self.assertGreaterEqual(second.line("from")["step"], entry["state"]["step"])

    def test_that_does_not_listen_is_ended_with_its_checkpoint_when_its_time_is_over(self) -> None:
        job = self.start("saved-then-deaf", STP_STOP_TIMEOUT_SECONDS="3")
        job.line("waiting")
        job.signal(signal.SIGTERM)
        job.signal(signal.SIGUSR2)
        self.ends(job, 75)
        self.assertEqual(self.json("checkpoint/state.json")["state"], {"step": 7})

    def test_never_saves_a_value_that_is_half_changed(self) -> None:
        job = self.start("half-changed", STP_STOP_TIMEOUT_SECONDS="3")
        job.line("waiting")
        job.signal(signal.SIGTERM)
        self.ends(job, 75)
        state = self.json("checkpoint/state.json")["state"]
        self.assertEqual(state["offset"], state["sum"])

    def test_that_finishes_in_time_has_done_its_work_and_the_next_start_publishes_it(self) -> None:
        first = self.start("returns-when-stopped")
        first.line("waiting")
        first.signal(signal.SIGTERM)
        self.ends(first, 0)
        second = self.start("returns-when-stopped", STP_INTERRUPTIONS="1")
        self.ends(second, 0)
        second.line("An earlier start did the work")
        self.assertEqual(self.json("result.json"), "finished in time")
        self.assertEqual(self.names(), ["result.json"])

    def test_is_interrupted_whatever_error_the_stop_shows_itself_as(self) -> None:
        job = self.start("broken-by-stop")
        job.line("waiting")
        job.signal(signal.SIGTERM)
        self.ends(job, 75)
        self.assertEqual(self.json("checkpoint/state.json")["state"], {"step": 8})
        self.assertIn("Premature close", job.output)

    def test_is_interrupted_in_the_middle_of_what_cannot_ask_but_not_of_what_must_not_be_cut(self) -> None:
        job = self.start("interruptible")
        job.line("waiting")
        job.signal(signal.SIGTERM)
        self.ends(job, 75)
        state = self.json("checkpoint/state.json")["state"]
        self.assertEqual(state["step"], state["half"])

    def test_ends_at_the_time_limit_in_the_middle_of_a_long_wait(self) -> None:
        self.runs_out_of_time("interruptible", "waiting")

    def test_has_its_time_from_the_start_of_the_process_on_whatever_it_imports(self) -> None:
        job = self.start("comes-up-slowly", STP_TIMEOUT_SECONDS="2")
        self.ends(job, 124)
        self.assertNotIn("Job started", job.output)

    def test_hears_of_it_whatever_other_signals_it_has_a_use_for(self) -> None:
        job = self.start("hears-real-time-signals")
        job.line("waiting")
        job.signal(signal.SIGTERM)
        self.ends(job, 75)

    def test_may_end_processes_that_it_forked(self) -> None:
        job = self.start("ends-a-child")
        self.ends(job, 0)
        self.assertEqual(self.json("result.json"), {"exitcode": -signal.SIGTERM, "stopping": False})


class OfTwoContainers(ExecutionTest):
    def test_the_older_one_is_refused_its_next_checkpoint_and_stops(self) -> None:
        older = self.start("count")
        self.until(lambda: self.json("checkpoint/state.json"), lambda entry: entry and "state" in entry)
        newer = self.start("count", STP_INTERRUPTIONS="1")
        newer.line("from")
        self.ends(older, 76)
        self.assertIn(f"was superseded by attempt 1 with 1 interruption of {self.id}", older.output)
        newer.signal(signal.SIGUSR2)
        self.ends(newer, 0)
        self.assertEqual(self.json("result.json")["from"], newer.line("from")["step"])

    def test_the_older_one_cannot_deliver_a_result_after_the_newer_one_has(self) -> None:
        older = self.start("waits-then-returns")
        older.line("waiting")
        newer = self.start("waits-then-returns", STP_INTERRUPTIONS="1")
        newer.line("waiting")
        newer.signal(signal.SIGUSR2)
        self.ends(newer, 0)
        older.signal(signal.SIGUSR2)
        self.ends(older, 76)
        self.assertEqual(self.json("result.json")["interruptions"], 1)

    def test_the_older_one_does_not_begin_when_it_comes_up_last(self) -> None:
        newer = self.start("waits-then-returns", STP_INTERRUPTIONS="1")
        newer.line("waiting")
        older = self.start("waits-then-returns")
        self.ends(older, 76)
        self.assertNotIn("waiting", older.output)

    def test_a_resumed_execution_goes_on_though_its_attempts_count_from_one_again(self) -> None:
        entry = {
            "launch": {"execution": self.id, "attempt": 4, "interruptions": 3},
            "writer": "x",
            "write": 9,
            "at": "",
        }
        self.put("checkpoint/state.json", json.dumps(entry | {"state": {"step": 41}}))
        job = self.start("waits-then-returns", STP_EXECUTION_ID=f"{self.id}-r1")
        job.line("waiting")
        job.signal(signal.SIGUSR2)
        self.ends(job, 0)
        self.assertEqual(self.json("result.json")["inherited"], {"step": 41})
