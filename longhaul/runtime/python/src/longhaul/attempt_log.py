"""What the log says of the end of an attempt."""

from __future__ import annotations

from .log import Log, describe_error
from .outcome import Outcome


def log_end(log: Log, outcome: Outcome, error: BaseException, decided: BaseException) -> None:
    """``error`` ended the handler, ``decided`` is why."""
    code = outcome.exit_code
    message = describe_error(decided)["message"]
    if outcome is Outcome.SUPERSEDED:
        log.error(f"Stopped without writing anything more: {message}", exitCode=code)
    elif outcome is Outcome.INTERRUPTED:
        besides = {} if error is decided else {"error": error}
        log.warn(f"Interrupted: {message}. The next start continues from the checkpoint", exitCode=code, **besides)
    else:
        log.error(f"Job {outcome.value}: {message}", exitCode=code, error=decided)
