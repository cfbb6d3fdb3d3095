"""The errors that a job raises, and those that it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PermanentJobError(Exception):
    """The job can never succeed on this event: it fails at once, whatever attempts are left (exit code 65)."""


class TransientJobError(Exception):
    """Something that may go better next time: the attempt is tried again while attempts are left (exit code 1)."""


@dataclass(frozen=True)
class InputProblem:
    """One problem of an input, and where it is: ``InputProblem("Records[0].s3.bucket.name", "is missing")``."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class InvalidInputError(PermanentJobError):
    """The event does not fit the job's input. It has all ``problems``, each with its path."""

    def __init__(self, problems: Sequence[InputProblem]) -> None:
        super().__init__(f"The event does not fit the job's input: {'; '.join(map(str, problems))}")
        self.problems = tuple(problems)


class UnsavableValueError(PermanentJobError):
    """A value that would not come back as it was. ``path`` is ``.columns[3].mean``; empty for the value itself."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"The checkpoint cannot be saved: {f'its {path}' if path else 'it'} {what}")
        self.path = path


class JobEnvironmentError(PermanentJobError):
    """The container was not given what a job needs."""


class JobStop(BaseException):
    """
    Why the job must end now. No ``Exception``, so that an ``except Exception`` around a retry does not swallow it:
    the same as ``KeyboardInterrupt`` and ``asyncio.CancelledError``.
    """


class JobInterruptedError(JobStop):
    """After SIGTERM or SIGINT: the capacity goes away, or somebody stopped the execution."""


class JobTimeoutError(JobStop):
    """The attempt ran for its ``STP_TIMEOUT_SECONDS``."""


class SupersededError(JobStop):
    """A newer start of the same execution has taken over: this one must not write any more."""
