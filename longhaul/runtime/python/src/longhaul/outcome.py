"""How a start of a container can end."""

from __future__ import annotations

from enum import StrEnum

from .errors import JobInterruptedError, JobTimeoutError, PermanentJobError, SupersededError


class Outcome(StrEnum):
    """What the process exits with is ``exit_code``."""

    DONE = "done"
    FAILED = "failed"
    REJECTED = "rejected"
    INTERRUPTED = "interrupted"
    SUPERSEDED = "superseded"
    TIMED_OUT = "timed-out"

    @property
    def exit_code(self) -> int:
        """docs/jobs.md, "Exit codes"."""
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Outcome.DONE: 0,
    Outcome.FAILED: 1,
    Outcome.REJECTED: 65,
    Outcome.INTERRUPTED: 75,
    Outcome.SUPERSEDED: 76,
    Outcome.TIMED_OUT: 124,
}


def judge(error: BaseException, stop_reason: BaseException | None) -> Outcome:
    """
    What an error that ended the handler means, given why it was told to stop, if it was. Once it was told, any error
    counts as the stop: a closed connection shows itself in many ways. Only a ``PermanentJobError`` stands: it would be
    the same on the next start.
    """
    if isinstance(error, SupersededError) or isinstance(stop_reason, SupersededError):
        return Outcome.SUPERSEDED
    if isinstance(error, PermanentJobError):
        return Outcome.REJECTED
    if isinstance(stop_reason, JobTimeoutError):
        return Outcome.TIMED_OUT
    if isinstance(stop_reason, JobInterruptedError):
        return Outcome.INTERRUPTED
    return Outcome.FAILED


def decisive(error: BaseException, outcome: Outcome, stop_reason: BaseException | None) -> BaseException:
    """
    The error that says why it ended: at the time limit, after SIGTERM and for a superseded start that is the reason of
    the stop, in whatever way the handler ended because of it.
    """
    stopped = outcome in (Outcome.TIMED_OUT, Outcome.INTERRUPTED, Outcome.SUPERSEDED)
    return (stop_reason or error) if stopped else error
