"""What the log says of the end of an attempt."""

from __future__ import annotations

from .errors import JobStop, SupersededError
from .log import Log, describe_error
from .outcome import Outcome


def decisive(error: BaseException, outcome: Outcome, stop_reason: JobStop | None) -> BaseException:
    """At the time limit that is the reason, in whatever way the handler ended because of it."""
    return (stop_reason or error) if outcome is Outcome.TIMED_OUT else error


def log_end(
    log: Log,
    outcome: Outcome,
    error: BaseException,
    stop_reason: JobStop | None,
    superseded: SupersededError | None,
) -> None:
    code = outcome.exit_code
    if outcome is Outcome.SUPERSEDED:
        log.error(f"Stopped without writing anything more: {superseded or error}", exitCode=code)
    elif outcome is Outcome.INTERRUPTED:
        besides = {} if isinstance(error, JobStop) else {"error": error}
        log.warn(f"Interrupted: {stop_reason}. The next start continues from the checkpoint", exitCode=code, **besides)
    else:
        reason = decisive(error, outcome, stop_reason)
        log.error(f"Job {outcome.value}: {describe_error(reason)['message']}", exitCode=code, error=reason)
