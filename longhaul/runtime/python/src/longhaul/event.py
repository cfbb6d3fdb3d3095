"""The event: its text, from a variable or from S3, and what it is."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from .environment import S3Address
from .errors import PermanentJobError
from .objects import ObjectStore


def read_event_text(event: str | S3Address, objects: ObjectStore) -> str:
    """:raises PermanentJobError: when it is not there, or is no text"""
    if isinstance(event, str):
        return event
    found = objects.get(event)
    if found is None:
        raise PermanentJobError(f"The event {event} is not there: it was deleted or has expired")
    try:
        return found.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PermanentJobError(f"The event {event} ({len(found.body)} bytes) is no text: {error}") from error


def parse_event(text: str) -> Any:
    """Its JSON as a rule, otherwise the text itself."""
    try:
        return json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return text


def _no_json(constant: str) -> NoReturn:
    """Python's parser reads NaN and Infinity, which JSON does not have."""
    raise ValueError(f"{constant} is no JSON")
