"""error.json: why the last attempt that failed did, for people and the API."""

from __future__ import annotations

from typing import Any

from .environment import Launch
from .errors import InvalidInputError
from .log import describe_error, iso_now
from .outcome import Outcome

#: The state machine reads 64 KB of the file, and the log has the rest.
_MESSAGE_LENGTH = 8_000
_PROBLEMS = 100


def describe_failure(error: BaseException, outcome: Outcome, launch: Launch) -> dict[str, Any]:
    """The same members as the TypeScript runtime's `FailureReport`."""
    described = describe_error(error)
    message: str = described["message"]
    report: dict[str, Any] = {
        "name": described["name"],
        "message": f"{message[:_MESSAGE_LENGTH]}…" if len(message) > _MESSAGE_LENGTH else message,
    }
    if isinstance(error, InvalidInputError):
        report["problems"] = [{"path": one.path, "message": one.message} for one in error.problems[:_PROBLEMS]]
    return report | {
        "outcome": outcome.value,
        "exitCode": outcome.exit_code,
        "executionId": launch.execution,
        "attempt": launch.attempt,
        "interruptions": launch.interruptions,
        "at": iso_now(),
    }
