"""Structured lines: one JSON object each, with job, id and attempt."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

#: Where a line goes, by its level.
Sink = Callable[[str, str], None]


def process_sink(level: str, line: str) -> None:
    """stdout, errors on stderr. A log that nobody reads any more is no reason to fail."""
    stream = sys.stderr if level == "ERROR" else sys.stdout
    try:
        try:
            stream.write(f"{line}\n")  # in one piece: lines of several threads do not mix
        except UnicodeEncodeError:  # the stream is not in UTF-8, or half a surrogate pair is in the text
            stream.write(f"{json.dumps(json.loads(line))}\n")
        stream.flush()
    except (OSError, ValueError):
        pass


def iso_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Log:
    """``log.info("Page read", page=7)``. An exception, as a field or as the message, is written with traceback and causes."""

    def __init__(self, context: Mapping[str, Any], sink: Sink = process_sink) -> None:
        self._context = dict(context)
        self._sink = sink

    def debug(self, message: object, /, **fields: Any) -> None:
        self._write("DEBUG", message, fields)

    def info(self, message: object, /, **fields: Any) -> None:
        self._write("INFO", message, fields)

    def warn(self, message: object, /, **fields: Any) -> None:
        self._write("WARN", message, fields)

    warning = warn

    def error(self, message: object, /, **fields: Any) -> None:
        self._write("ERROR", message, fields)

    def _write(self, level: str, message: object, fields: Mapping[str, Any]) -> None:
        if isinstance(message, BaseException):
            fields = {"error": message, **fields}
            message = describe_error(message)["message"]
        line = {"level": level, "message": text_of(message), **self._context, "time": iso_now()}
        # Fields cannot hide what every line has.
        extra = {name: _loggable(value) for name, value in fields.items() if name not in line}
        self._sink(level, json.dumps(line | extra, ensure_ascii=False))


class LogHandler(logging.Handler):
    """Lines of Python's own ``logging``, of libraries as a rule, in the same form."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.INFO)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1]:
            fields["error"] = record.exc_info[1]
        try:
            message = record.getMessage()
        except Exception:  # arguments that do not fit the message
            message = text_of(record.msg)
        write = self._log.error if record.levelno >= logging.ERROR else self._log.info
        (self._log.warn if record.levelno == logging.WARNING else write)(message, **fields)


def _loggable(value: Any) -> Any:
    """As JSON can hold it, otherwise as text: logging must never raise."""
    if isinstance(value, BaseException):
        return describe_error(value)
    try:
        json.dumps(value, allow_nan=False)
        return value
    except Exception:
        return text_of(value, repr)


def text_of(value: object, of: Callable[[object], str] = str) -> str:
    """What a class says of its instances may fail as well."""
    try:
        return of(value)
    except Exception:
        return f"<{type(value).__name__}>"


def _message_of(error: BaseException) -> str:
    """Errors of AWS by name and HTTP status: ``NoSuchKey (404): The specified key does not exist.``"""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and isinstance(response.get("Error"), dict):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        code, message = str(response["Error"].get("Code", "")), str(response["Error"].get("Message", ""))
        if code and status:
            # The answer to a HEAD request has no body: botocore gives the status as the code, and its name as the message.
            return f"{message} ({status})" if code == str(status) and message else f"{code} ({status}): {message}"
    return text_of(error) or type(error).__name__


def describe_error(error: BaseException, depth: int = 0) -> dict[str, Any]:
    """Name, message, stack and the chain of causes."""
    frames = traceback.format_exception(type(error), error, error.__traceback__, chain=False)
    described: dict[str, Any] = {
        "name": type(error).__name__,
        "message": _message_of(error),
        "stack": "".join(frames).rstrip(),
    }
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    # A chain of causes can be a circle; ten links explain any failure.
    if cause is not None and depth < 10:
        described["cause"] = describe_error(cause, depth + 1)
    if isinstance(error, BaseExceptionGroup) and depth < 10:
        described["errors"] = [describe_error(one, depth + 1) for one in error.exceptions]
    return described
