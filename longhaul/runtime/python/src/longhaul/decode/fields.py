"""Reads what AWS delivers. What is wrong with an event is said by its path, never by what it holds."""

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any


def records_of(event: Any) -> Iterator[tuple[str, Any]]:
    """The records of an event, at least one, each with where it is. :raises TypeError: when it has none"""
    records = at(event, "Records")
    if not isinstance(records, list) or not records:
        kind = "empty" if records == [] else type(records).__name__
        raise TypeError(f"'Records' must be a list with at least one record; it is {kind}")
    return ((f"Records[{index}]", record) for index, record in enumerate(records))


def at(value: Any, path: str) -> Any:
    """What is at ``a.b.c``; None where there is nothing."""
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text_of(value: Any, path: str, where: str) -> str:
    """The text at ``a.b.c``. :raises TypeError: when there is none"""
    found = at(value, path)
    if isinstance(found, str):
        return found
    raise TypeError(f"'{path}' of {where} must be a string; it is {type(found).__name__}")


def bytes_of(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise TypeError(f"'{where}' must be base64") from error


def parse_json(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise TypeError(f"{what} is no JSON") from error


def time_of(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
