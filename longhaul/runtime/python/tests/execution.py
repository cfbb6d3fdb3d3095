"""One execution's artifacts in the S3 of AWS_ENDPOINT_URL, and the containers that work on them: real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import unittest
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

HERE = Path(__file__).parent
BUCKET = "python-runtime"
s3 = boto3.client("s3")


class Container:
    """A job's process, whose lines are read as they come."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.output = ""
        self._changed = threading.Condition()
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{") and line.endswith("}")]

    def line(self, message: str) -> dict[str, Any]:
        """The first line that begins so, written already or still to come."""
        while True:
            with self._changed:
                found = next((line for line in self.lines if line["message"].startswith(message)), None)
                if found is None and self._reader.is_alive():
                    self._changed.wait(1)
                    continue
            if found is None:
                found = next((line for line in self.lines if line["message"].startswith(message)), None)
            if found is None:
                raise AssertionError(f'Ended without "{message}":\n{self.output}')
            return found

    def wait(self) -> int:
        """The exit code, or the negative number of the signal that killed it."""
        code = self.process.wait()
        self._reader.join()
        return code

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._changed:
                self.output += line
                self._changed.notify_all()


class ExecutionTest(unittest.TestCase):
    """A test with an execution of its own."""

    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        s3.create_bucket(Bucket=BUCKET)

    def setUp(self) -> None:
        self.id = f"test-{uuid.uuid4().hex}"
        self.prefix = f"executions/{self.id}/"
        self.containers: list[Container] = []

    def tearDown(self) -> None:
        for container in self.containers:
            if container.process.poll() is None:
                container.process.kill()
            container.wait()
            assert container.process.stdout
            container.process.stdout.close()

    def start(self, job: str, **env: str) -> Container:
        """`attempt`, `interruptions`, … as STP_ variables have them; other names as they are."""
        given = {
            "STP_TRIGGER_EVENT_DATA": '{"some":"event"}',
            "STP_CURRENT_ATTEMPT": "1",
            "STP_MAXIMUM_ATTEMPTS": "3",
            "STP_INTERRUPTIONS": "0",
            "STP_JOB_NAME": "test",
            "STP_EXECUTION_ID": self.id,
            "STP_ARTIFACTS_URI": f"s3://{BUCKET}/{self.prefix}",
            "STP_TIMEOUT_SECONDS": "3600",
            "STP_STOP_TIMEOUT_SECONDS": "600",
            "PYTHONPATH": str(HERE.parent / "src"),
        }
        command = [sys.executable, str(HERE / "jobs.py"), job]
        self.containers.append(Container(command, {**os.environ, **given, **env}))
        return self.containers[-1]

    def runs_out_of_time(self, job: str, message: str) -> Container:
        """A start that was ended by its time limit after it had said this, however long a busy machine takes to that."""
        seconds = 1
        while True:
            container = self.start(job, STP_TIMEOUT_SECONDS=str(seconds))
            self.ends(container, 124)
            if any(line["message"] == message for line in container.lines):
                return container
            seconds *= 2

    def names(self) -> list[str]:
        found = s3.list_objects_v2(Bucket=BUCKET, Prefix=self.prefix).get("Contents", [])
        return [item["Key"].removeprefix(self.prefix) for item in found]

    def json(self, name: str) -> Any:
        """An artifact, or None."""
        try:
            return json.loads(s3.get_object(Bucket=BUCKET, Key=self.prefix + name)["Body"].read())
        except s3.exceptions.NoSuchKey:
            return None

    def put(self, name: str, body: str) -> None:
        s3.put_object(Bucket=BUCKET, Key=self.prefix + name, Body=body.encode())

    def until(self, look: Callable[[], Any], wanted: Callable[[Any], Any] = bool) -> Any:
        while True:
            seen = look()
            if wanted(seen):
                return seen
            time.sleep(0.02)

    def ends(self, container: Container, code: int) -> None:
        self.assertEqual(container.wait(), code, container.output)
