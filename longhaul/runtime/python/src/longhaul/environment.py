"""What the state machine tells a container, in environment variables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import JobEnvironmentError

#: What ECS gives a container whose task definition names no stop timeout (ContainerDefinition, stopTimeout: 30 seconds).
DEFAULT_STOP_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class S3Address:
    """Where an object is, as ``s3://bucket/key`` says it. The key is as it is, not URL-encoded."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def below(self, name: str) -> S3Address:
        return S3Address(self.bucket, self.key + name)


@dataclass(frozen=True)
class Launch:
    """One start of an execution's container."""

    execution: str
    attempt: int
    interruptions: int


@dataclass(frozen=True)
class JobEnvironment:
    """See docs/jobs.md, "What a container is given"."""

    job_name: str
    launch: Launch
    #: The event's text, or where it is when it was too large for a variable.
    event: str | S3Address
    max_attempts: int
    #: Its key is a prefix and ends in a slash.
    artifacts: S3Address
    #: Of running, from the start of the process. None: no limit.
    timeout_seconds: int | None = None
    #: Between SIGTERM and SIGKILL.
    stop_timeout_seconds: int = DEFAULT_STOP_TIMEOUT_SECONDS


def started_by_longhaul(env: Mapping[str, str]) -> bool:
    """Whether Longhaul started this process, with whatever mistakes."""
    return any(name.startswith("STP_") for name in env)


def started_outside(job: str) -> str:
    """For a person who runs the job's file by hand."""
    return f"""This is the Longhaul job "{job}". It was started by hand: the STP_ variables that tell it its event are not there.

  Start Longhaul with "npm start" and then the job with
    curl -d '{{"some":"input"}}' http://127.0.0.1:3000/jobs/{job}

  Or give it what the state machine gives: STP_TRIGGER_EVENT_DATA (the event's JSON), STP_JOB_NAME, STP_EXECUTION_ID,
  STP_CURRENT_ATTEMPT, STP_MAXIMUM_ATTEMPTS, STP_INTERRUPTIONS and STP_ARTIFACTS_URI (s3://bucket/prefix/)."""


def read_environment(env: Mapping[str, str]) -> JobEnvironment:
    """
    Reads and checks all of it in one go.

    :raises JobEnvironmentError: naming every variable that is missing or cannot be used, with the value seen
    """
    problems: list[str] = []

    def required(name: str) -> str:
        value = env.get(name, "")
        if not value:
            problems.append(f"{name} is missing")
        return value

    def whole(name: str, value: str, least: int) -> int:
        if not value:
            return least
        if re.fullmatch("[0-9]{1,15}", value) and int(value) >= least:
            return int(value)
        problems.append(f"{name} must be a whole number of at least {least}, not {json.dumps(value)}")
        return least

    def seconds(name: str) -> int | None:
        value = env.get(name, "")
        return whole(name, value, 1) if value else None

    def address(name: str, value: str) -> S3Address:
        match = re.fullmatch(r"s3://([^/]+)/(.+)", value)
        if match:
            return S3Address(match[1], match[2])
        if value:
            problems.append(f"{name} must be s3://bucket/key, not {json.dumps(value)}")
        return S3Address("", "")

    data, uri = env.get("STP_TRIGGER_EVENT_DATA", ""), env.get("STP_TRIGGER_EVENT_URI", "")
    if not data and not uri:
        problems.append("the event is missing: neither STP_TRIGGER_EVENT_DATA nor STP_TRIGGER_EVENT_URI is set")
    artifacts = address("STP_ARTIFACTS_URI", required("STP_ARTIFACTS_URI"))
    environment = JobEnvironment(
        job_name=required("STP_JOB_NAME"),
        launch=Launch(
            execution=required("STP_EXECUTION_ID"),
            attempt=whole("STP_CURRENT_ATTEMPT", required("STP_CURRENT_ATTEMPT"), 1),
            interruptions=whole("STP_INTERRUPTIONS", required("STP_INTERRUPTIONS"), 0),
        ),
        event=data or address("STP_TRIGGER_EVENT_URI", uri),
        max_attempts=whole("STP_MAXIMUM_ATTEMPTS", required("STP_MAXIMUM_ATTEMPTS"), 1),
        artifacts=S3Address(artifacts.bucket, artifacts.key.rstrip("/") + "/"),
        timeout_seconds=seconds("STP_TIMEOUT_SECONDS"),
        stop_timeout_seconds=seconds("STP_STOP_TIMEOUT_SECONDS") or DEFAULT_STOP_TIMEOUT_SECONDS,
    )
    if problems:
        raise JobEnvironmentError(
            f"The container's environment is not what Longhaul gives a job: {'; '.join(problems)}"
        )
    return environment
