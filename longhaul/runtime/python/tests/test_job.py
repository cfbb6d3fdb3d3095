"""A job from its event to its result."""

from __future__ import annotations

import json

from .execution import BUCKET, ExecutionTest, s3


class AJob(ExecutionTest):
    def test_is_given_what_the_state_machine_says_and_leaves_its_result(self) -> None:
        job = self.start("echo", STP_INTERRUPTIONS="2", STP_CURRENT_ATTEMPT="3")
        self.ends(job, 0)
        self.assertEqual(
            self.json("result.json"),
            {
                "input": {"some": "event"},
                "event": {"some": "event"},
                "attempt": 3,
                "maxAttempts": 3,
                "interruptions": 2,
                "executionId": self.id,
                "uri": f"s3://{BUCKET}/{self.prefix}",
            },
        )
        self.assertEqual(self.names(), ["result.json"])

    def test_reads_an_event_that_was_too_large_for_a_variable(self) -> None:
        event = {"text": "é" * 200_000, "id": 2**70}
        self.put("event.json", json.dumps(event))
        uri = f"s3://{BUCKET}/{self.prefix}event.json"
        self.ends(self.start("echo", STP_TRIGGER_EVENT_DATA="", STP_TRIGGER_EVENT_URI=uri), 0)
        self.assertEqual(self.json("result.json")["event"], event)

    def test_is_given_text_that_is_no_json_as_it_is(self) -> None:
        self.ends(self.start("echo", STP_TRIGGER_EVENT_DATA="[NaN]"), 0)
        self.assertEqual(self.json("result.json")["event"], "[NaN]")

    def test_is_rejected_with_every_problem_of_an_input_that_does_not_fit(self) -> None:
        job = self.start("upload", STP_TRIGGER_EVENT_DATA='{"sizes": [1, "2"], "color": "red"}')
        self.ends(job, 65)
        error = self.json("error.json")
        self.assertEqual((error["name"], error["outcome"], error["exitCode"]), ("InvalidInputError", "rejected", 65))
        self.assertEqual(
            error["problems"],
            [
                {"path": "bucket", "message": "is missing"},
                {"path": "sizes[1]", "message": 'must be a whole number, not "2"'},
                {"path": "color", "message": "is no field of it; there are bucket, sizes"},
            ],
        )

    def test_says_all_that_is_wrong_with_its_environment(self) -> None:
        job = self.start("echo", STP_CURRENT_ATTEMPT="one", STP_ARTIFACTS_URI="/tmp", STP_JOB_NAME="")
        self.ends(job, 65)
        for text in (
            "STP_JOB_NAME is missing",
            'STP_CURRENT_ATTEMPT must be a whole number of at least 1, not \\"one\\"',
            "STP_ARTIFACTS_URI must be s3://bucket/key",
        ):
            self.assertIn(text, job.output)

    def test_writes_each_line_with_job_id_and_attempt_and_prints_at_once(self) -> None:
        job = self.start("nothing")
        self.ends(job, 0)
        for line in job.lines:
            self.assertEqual((line["job"], line["id"], line["attempt"]), ("test", self.id, 1))
        self.assertIn("a line of print", job.output)
        self.assertIsNone(self.json("result.json"))

    def test_stores_artifacts_with_their_content_type(self) -> None:
        self.ends(self.start("adds-artifacts"), 0)
        result = self.json("result.json")
        self.assertEqual((result["own"], result["none"]), ([1, 2, 3], None))
        self.assertIn('"result.json" is used by the runtime itself', result["refused"])
        page = s3.get_object(Bucket=BUCKET, Key=f"{self.prefix}report.html")
        self.assertEqual(page["ContentType"], "text/html; charset=utf-8")

    def test_shows_its_progress_and_the_last_of_it_always(self) -> None:
        job = self.start("progress")
        shown = self.until(lambda: self.json("progress.json"))
        self.assertEqual((shown["done"], shown["total"], shown["message"]), (1, 1000, "reading"))
        job.line("waiting")
        job.signal(12)
        self.ends(job, 0)
        self.assertEqual(self.json("progress.json")["done"], 1000)


class AJobThatFails(ExecutionTest):
    def ends_as(self, job_name: str, code: int, /, **expected: object) -> dict[str, object]:
        job = self.start(job_name)
        self.ends(job, code)
        error: dict[str, object] = self.json("error.json")
        self.assertEqual(error | expected, error)
        return error

    def test_for_good_ends_with_65_and_says_why(self) -> None:
        self.ends_as("permanent", 65, name="PermanentJobError", message="Row 7 is not a number", outcome="rejected")
        self.assertEqual(self.json("checkpoint/state.json")["state"], {"step": 3})

    def test_for_now_ends_with_1_and_its_causes_are_in_the_log(self) -> None:
        self.ends_as("transient", 1, name="TransientJobError", message="The supplier is away", outcome="failed")
        line = self.containers[-1].line("Job failed")
        self.assertEqual(line["error"]["cause"]["message"], "192.0.2.1")
        self.assertIn("jobs.py", line["error"]["stack"])

    def test_names_the_value_that_a_checkpoint_cannot_hold(self) -> None:
        error = self.ends_as("unsavable", 65, name="UnsavableValueError")
        self.assertIn("its .columns[1].mean is nan", str(error["message"]))

    def test_says_so_when_the_handler_called_exit(self) -> None:
        error = self.ends_as("exits", 1, outcome="failed")
        self.assertIn("called exit(0)", str(error["message"]))

    def test_by_an_error_in_a_thread_saves_and_ends_though_the_handler_waits_on(self) -> None:
        self.ends_as("thread-dies", 1, name="KeyError", outcome="failed")
        self.assertEqual(self.json("checkpoint/state.json")["state"], {"step": 5})

    def test_ends_at_its_time_limit_with_124_and_the_checkpoint(self) -> None:
        job = self.runs_out_of_time("count", "from")
        self.assertEqual(self.json("error.json")["outcome"], "timed-out")
        self.assertEqual(self.json("checkpoint/state.json")["state"]["step"], job.line("stopping")["step"])

    def test_does_not_keep_the_container_with_a_thread_that_it_left(self) -> None:
        job = self.start("leaves-a-thread")
        self.ends(job, 0)
        self.assertEqual(self.json("result.json"), "done")
        self.assertIn("left something open", job.output)
