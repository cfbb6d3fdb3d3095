"""What a handler returned, as result.json has it."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from .environment import S3Address
from .errors import PermanentJobError
from .objects import ObjectStore


def read_published(objects: ObjectStore, address: S3Address) -> str | None:
    """The result.json that an earlier start published, if it did."""
    found = objects.get(address)
    return found.body.decode() if found else None


def to_result_json(value: Any) -> str:
    """
    Dataclasses and pydantic models as objects, dates as ISO 8601, arrays and numbers of NumPy as JSON's; NaN and Infinity
    as null, as JavaScript's JSON has them.

    :raises PermanentJobError: for what has no JSON: the next attempt would return the same
    """
    try:
        text = json.dumps(_plain(value), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        # Half a surrogate pair is no UTF-8; JSON has an escape for it.
        return text if text.isascii() or _is_utf8(text) else json.dumps(json.loads(text), separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise PermanentJobError(f"The result cannot be written as JSON: {error}") from error


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, (bool, int)) and not isinstance(value, Enum)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID, PurePath)):
        return str(value)
    if hasattr(value, "model_dump"):  # pydantic
        return _plain(value.model_dump(mode="json"))
    if hasattr(value, "tolist"):  # NumPy: arrays and scalars; CuPy's are copied from the device
        return _plain(value.tolist())
    raise TypeError(f"{type(value).__name__} has none")


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(key)
    raise TypeError(f"a key is a {type(key).__name__}, which has none")


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
