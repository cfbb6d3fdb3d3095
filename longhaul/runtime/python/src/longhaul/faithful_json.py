"""JSON that comes back as it was, or an error that says what would not."""

from __future__ import annotations

import json
import math
from typing import Any

from .errors import UnsavableValueError

_SCALARS = frozenset({type(None), bool, int, float, str})
#: The whole numbers that every JSON reader keeps: a double has 53 bits (RFC 8259, section 6).
_SAFE = 2**53 - 1

_INSTEAD = {
    "tuple": "list(value)",
    "set": "sorted(value)",
    "frozenset": "sorted(value)",
    "bytes": 'base64.b64encode(value).decode("ascii")',
    "bytearray": 'base64.b64encode(value).decode("ascii")',
    "datetime": "value.isoformat()",
    "date": "value.isoformat()",
    "Decimal": "str(value)",
    "ndarray": "value.tolist(), or write it to a checkpoint file",
    "defaultdict": "dict(value)",
    "OrderedDict": "dict(value)",
}


def to_faithful_json(value: Any) -> str:
    """
    Finite floats are kept bit for bit. Everything that JSON would change without a word is refused: NaN, tuples, keys
    that are no text, numbers that other readers round, instances of classes.

    :raises UnsavableValueError: naming the path of the first such value
    """
    try:
        if _is_plain(value):
            return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (ValueError, RecursionError):  # NaN, Infinity; a circle
        pass
    raise _refusal(value)


def from_json(text: str | bytes) -> Any:
    """What either runtime wrote: JavaScript writes -0.0 as -0, and a double of 1e20 without its exponent."""
    return json.loads(text, parse_int=_number)


def _number(text: str) -> int | float:
    if text == "-0":
        return -0.0
    # At most 16 digits may be an exact whole number; Python would refuse to read thousands of them.
    return int(text) if len(text) < 18 and abs(int(text)) <= _SAFE else float(text)


def _is_plain(value: Any) -> bool:
    """Whether JSON keeps it, NaN aside. By the kinds of a list's items, so that a long list of numbers is not walked."""
    kind = type(value)
    if kind is list:
        kinds = set(map(type, value))
        if kinds <= _SCALARS:
            return int not in kinds or all(-_SAFE <= item <= _SAFE for item in value if type(item) is int)
        return all(map(_is_plain, value))
    if kind is dict:
        return all(type(key) is str for key in value) and all(map(_is_plain, value.values()))
    return kind in _SCALARS and (kind is not int or -_SAFE <= value <= _SAFE)


def _refusal(value: Any) -> UnsavableValueError:
    try:
        _walk(value, "")
    except UnsavableValueError as error:
        return error
    except RecursionError:
        return UnsavableValueError("", "is nested too deeply, or holds itself")
    return UnsavableValueError("", "is no JSON")


def _walk(value: Any, path: str) -> None:
    kind = type(value)
    if kind is list:
        for index, item in enumerate(value):
            _walk(item, f"{path}[{index}]")
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise UnsavableValueError(path, f"has the key {key!r}, which JSON would turn into text; use str(key)")
            _walk(item, f"{path}.{key}")
    elif kind is float and not math.isfinite(value):
        raise UnsavableValueError(path, f"is {value}; save None or a text instead")
    elif kind is int and not -_SAFE <= value <= _SAFE:
        raise UnsavableValueError(path, "is a whole number of more than 53 bits; save it as text: str(value)")
    elif kind not in _SCALARS:
        raise UnsavableValueError(path, f"is {_described(value)}")


def _described(value: Any) -> str:
    name = type(value).__name__
    article = "an" if name[:1] in "aeiouAEIOU" else "a"
    if callable(value) or isinstance(value, type):
        return f"{article} {name}"
    instead = _INSTEAD.get(name)
    if instead is None and hasattr(value, "__dataclass_fields__"):
        instead = "dataclasses.asdict(value)"
    if instead is None and hasattr(value, "item"):
        instead = "value.item()"  # a scalar of NumPy
    return f"{article} {name}; save {instead or 'its data as a dict'}"
