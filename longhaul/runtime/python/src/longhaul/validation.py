"""The event as the job's input: a dataclass, a pydantic model, or what a function makes of it."""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable
from enum import Enum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from .errors import InputProblem, InvalidInputError

T = TypeVar("T")
_UNUSABLE = object()


def validate_input(kind: type[T] | Callable[[Any], T] | None, event: Any) -> T | Any:
    """
    - None: the event as it is
    - a dataclass: its fields by their types; fields without a default are required, others than its fields refused
    - a pydantic model (``model_validate``), or any other function of the event that raises ``ValueError``

    :raises InvalidInputError: with the path of each problem
    """
    if kind is None:
        return event
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        problems: list[InputProblem] = []
        made = _dataclass(kind, event, "", problems)
        if problems:
            raise InvalidInputError(problems)
        return made
    convert = getattr(kind, "model_validate", kind)
    try:
        return convert(event)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(_problems_of(error, "")) from error


def _problems_of(error: Exception, path: str) -> list[InputProblem]:
    """Of pydantic each with its path; of anything else what it says."""
    if not hasattr(error, "errors"):
        return [InputProblem(path, str(error))]
    return [InputProblem(_joined(path, one["loc"]), one["msg"]) for one in error.errors()]


def _joined(path: str, keys: typing.Iterable[Any]) -> str:
    for key in keys:
        path += f"[{key}]" if isinstance(key, int) else f".{key}" if path else str(key)
    return path


def _dataclass(kind: type[Any], value: Any, path: str, problems: list[InputProblem]) -> Any:
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}
    if not isinstance(value, dict):
        return _unusable(value, f"an object with {', '.join(fields)}", path, problems)
    before = len(problems)
    hints = get_type_hints(kind)
    given: dict[str, Any] = {}
    for name, field in fields.items():
        if name in value:
            given[name] = _convert(hints[name], value[name], _joined(path, [name]), problems)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            problems.append(InputProblem(_joined(path, [name]), "is missing"))
    for name in value.keys() - fields.keys():
        problems.append(InputProblem(_joined(path, [name]), f"is no field of it; there are {', '.join(fields)}"))
    if len(problems) > before:
        return _UNUSABLE
    try:
        return kind(**given)
    except (ValueError, TypeError) as error:  # of its own __post_init__
        problems.extend(_problems_of(error, path))
        return _UNUSABLE


def _convert(kind: Any, value: Any, path: str, problems: list[InputProblem]) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any or kind is object:
        return value
    if origin is typing.Annotated:
        return _convert(arguments[0], value, path, problems)
    if origin in (Union, types.UnionType):
        return _either(arguments, value, path, problems)
    if origin is Literal:
        fits = any(type(value) is type(one) and value == one for one in arguments)
        return value if fits else _unusable(value, f"one of {', '.join(map(json.dumps, arguments))}", path, problems)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, value, path, problems)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            names = ", ".join(json.dumps(one.value) for one in kind)
            return _unusable(value, f"one of {names}", path, problems)
    made = _MADE.get(origin or kind, origin or kind)
    if made in (list, tuple, set, frozenset):
        return _items(made, arguments, value, path, problems)
    if made is dict:
        if not isinstance(value, dict):
            return _unusable(value, "an object", path, problems)
        of = arguments[1] if len(arguments) == 2 else Any
        return {key: _convert(of, item, _joined(path, [key]), problems) for key, item in value.items()}
    return _scalar(kind, value, path, problems)


#: What stands for types that only say what can be done with a value.
_MADE: dict[Any, type[Any]] = {
    collections.abc.Iterable: list,
    collections.abc.Collection: list,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
    collections.abc.Mapping: dict,
    collections.abc.MutableMapping: dict,
}


def _either(kinds: tuple[Any, ...], value: Any, path: str, problems: list[InputProblem]) -> Any:
    """The first kind that fits. What is wrong is said of the kinds other than None."""
    if value is None and type(None) in kinds:
        return None
    others = [kind for kind in kinds if kind is not type(None)]
    for kind in others:
        tried: list[InputProblem] = []
        converted = _convert(kind, value, path, tried)
        if not tried:
            return converted
        if len(others) == 1:
            problems.extend(tried)
            return _UNUSABLE
    return _unusable(value, " or ".join(getattr(kind, "__name__", str(kind)) for kind in others), path, problems)


def _items(kind: Any, arguments: tuple[Any, ...], value: Any, path: str, problems: list[InputProblem]) -> Any:
    if not isinstance(value, list):
        return _unusable(value, "a list", path, problems)
    of = [arguments[0] if arguments else Any] * len(value)
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        if len(arguments) != len(value):
            return _unusable(value, f"a list of {len(arguments)}", path, problems)
        of = list(arguments)
    items = [
        _convert(one, item, f"{path}[{at}]", problems) for at, (one, item) in enumerate(zip(of, value, strict=True))
    ]
    return _constructed(kind, kind, items, path, problems)


_SCALARS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", type(None): "null"}


def _scalar(kind: Any, value: Any, path: str, problems: list[InputProblem]) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if kind is int and type(value) is float and math.isfinite(value) and value.is_integer():
        return int(value)  # JSON knows no difference
    if kind in _SCALARS:
        return value if type(value) is kind else _unusable(value, _SCALARS[kind], path, problems)
    # UUID, Path, Decimal, a type of one's own, …; dates and times are ISO 8601
    return _constructed(kind, getattr(kind, "fromisoformat", kind), value, path, problems)


def _constructed(kind: Any, make: Any, value: Any, path: str, problems: list[InputProblem]) -> Any:
    try:
        return make(value)
    except Exception as error:  # whatever a constructor raises, what it was given comes from the event
        problems.append(InputProblem(path, f"is no {getattr(kind, '__name__', kind)}: {error}"))
        return _UNUSABLE


def _unusable(value: Any, wanted: str, path: str, problems: list[InputProblem]) -> Any:
    seen = json.dumps(value)
    problems.append(InputProblem(path, f"must be {wanted}, not {seen if len(seen) < 80 else seen[:77] + '…'}"))
    return _UNUSABLE
