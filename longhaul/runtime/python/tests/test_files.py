"""Files of the checkpoint directory: saved and restored with the value, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from longhaul.checkpoint_files import CheckpointFiles
from longhaul.entry import UnreadableError, parse_entry
from longhaul.environment import S3Address
from longhaul.memory_objects import MemoryObjects

from .execution import BUCKET, ExecutionTest, s3


class FilesOfACheckpoint(ExecutionTest):
    def interrupted(self, **env: str) -> None:
        job = self.start("files", **env)
        job.line("waiting")
        job.signal(signal.SIGTERM)
        self.ends(job, 75)

    def continued(self) -> dict[str, object]:
        job = self.start("files", STP_INTERRUPTIONS="1")
        found = job.line("found")
        self.ends(job, 0)
        self.assertEqual(self.names(), ["result.json"])
        return {"files": found["files"], "step": found["step"], "log": job.output}

    def test_come_back_with_the_value_of_the_same_moment(self) -> None:
        self.interrupted()
        files = {"model": "model 5", "part-0": "part 3", "part-1": "part 4", "part-2": "part 5"}
        entry = self.json("checkpoint/state.json")
        self.assertEqual(entry["state"], 5)
        self.assertEqual([file["path"] for file in entry["files"]], sorted(files))
        for file in entry["files"]:
            body = s3.get_object(Bucket=BUCKET, Key=self.prefix + file["key"])["Body"].read()
            self.assertEqual(body.decode(), files[file["path"]])
            digest = hashlib.sha256(body).hexdigest()
            self.assertEqual((file["sha256"], file["size"]), (digest, len(body)))
            self.assertEqual(file["key"].partition("-")[0], f"checkpoint/files/{digest}")
        found = self.continued()
        self.assertEqual((found["files"], found["step"]), (files, 5))

    def test_whose_content_is_gone_leave_the_checkpoint_before_it(self) -> None:
        self.interrupted()
        self.assertEqual(self.json("checkpoint/previous.json")["state"], 3)
        key = next(file["key"] for file in self.json("checkpoint/state.json")["files"] if file["path"] == "model")
        s3.delete_object(Bucket=BUCKET, Key=self.prefix + key)
        found = self.continued()
        files = {"model": "model 3", "part-0": "part 3", "part-1": "part 1", "part-2": "part 2"}
        self.assertEqual((found["files"], found["step"]), (files, 3))
        self.assertIn('the content of its file \\"model\\" is missing', str(found["log"]))

    def test_are_left_with_a_checkpoint_that_cannot_be_read(self) -> None:
        self.interrupted()
        self.put("checkpoint/state.json", '{"launch":')
        self.assertEqual(self.continued()["step"], 3)

    def test_begin_anew_when_neither_checkpoint_can_be_read(self) -> None:
        self.put("checkpoint/state.json", '{"launch":')
        self.put("checkpoint/previous.json", json.dumps({"launch": {}}))
        job = self.start("files")
        found = job.line("found")
        self.assertEqual((found["files"], found["step"]), ({}, 0))
        self.assertIn("the job starts from the beginning", job.output)

    def test_that_would_lead_out_of_the_directory_make_the_checkpoint_unreadable(self) -> None:
        digest = "0" * 64
        for path, key in [
            ("../escaped", f"checkpoint/files/{digest}-x"),
            ("/tmp/escaped", f"checkpoint/files/{digest}-x"),
            ("a/../../escaped", f"checkpoint/files/{digest}-x"),
            ("a", f"checkpoint/files/../../other/{digest}"),
            ("a", "result.json"),
        ]:
            file = {"path": path, "sha256": digest, "size": 1, "key": key}
            entry = {"launch": {"execution": "x", "attempt": 1, "interruptions": 0}, "files": [file]}
            with self.subTest(path=path, key=key), self.assertRaises(UnreadableError):
                parse_entry(json.dumps(entry).encode())

    def test_show_a_write_right_after_a_look_where_their_clock_is_too_coarse_to(self) -> None:
        with TemporaryDirectory() as directory:
            files = CheckpointFiles(MemoryObjects(), S3Address("b", "k/"), "writer", Path(directory))
            file = Path(directory, "a")
            file.write_text("one")
            future = time.time_ns() + 3_600_000_000_000  # as young as can be, however long the machine takes to look
            os.utime(file, ns=(future, future))
            first = files.scan()
            # A second write within the same tick would leave the time of the first.
            self.assertLess(file.stat().st_mtime_ns, future)
            self.assertEqual(files.scan(), first)
            old = 1_767_323_045_000_000_000
            os.utime(file, ns=(old, old))
            second = files.scan()
            self.assertNotEqual(second, first)
            self.assertEqual(files.scan(), second)
            self.assertEqual(file.stat().st_mtime_ns, old)

    def test_that_no_checkpoint_needs_any_more_are_deleted(self) -> None:
        self.interrupted()
        kept = {
            file["key"]
            for name in ("state", "previous")
            for file in self.json(f"checkpoint/{name}.json").get("files", [])
        }
        self.assertEqual({name for name in self.names() if name.startswith("checkpoint/files/")}, kept)
