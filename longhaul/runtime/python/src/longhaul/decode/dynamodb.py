"""Events of DynamoDB streams."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .fields import at, records_of, text_of, time_of


@dataclass(frozen=True)
class ItemChange:
    """A change of one item of a table. Values are those of boto3: numbers as Decimal, sets as set, bytes as Binary."""

    kind: Literal["INSERT", "MODIFY", "REMOVE"]
    keys: Mapping[str, Any]
    #: The item after the change, and before it, where the stream has them.
    new_image: Mapping[str, Any] | None
    old_image: Mapping[str, Any] | None
    sequence_number: str
    #: When, to the second or so.
    changed_at: datetime | None


def decode_dynamodb(event: Any) -> list[ItemChange]:
    """Changes of a table. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
    return [
        ItemChange(
            kind=_kind(text_of(record, "eventName", where), where),
            keys=_item(at(record, "dynamodb.Keys"), where) or {},
            new_image=_item(at(record, "dynamodb.NewImage"), where),
            old_image=_item(at(record, "dynamodb.OldImage"), where),
            sequence_number=text_of(record, "dynamodb.SequenceNumber", where),
            changed_at=time_of(at(record, "dynamodb.ApproximateCreationDateTime")),
        )
        for where, record in records_of(event)
    ]


def _kind(text: str, where: str) -> Literal["INSERT", "MODIFY", "REMOVE"]:
    if text == "INSERT" or text == "MODIFY" or text == "REMOVE":
        return text
    raise TypeError(f"'{where}.eventName' must be INSERT, MODIFY or REMOVE")


def _item(image: Any, where: str) -> dict[str, Any] | None:
    # Loaded with the first change: most jobs read no table.
    from boto3.dynamodb.types import TypeDeserializer

    if image is None:
        return None
    try:
        return {name: TypeDeserializer().deserialize(_with_bytes(value)) for name, value in image.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise TypeError(f"'{where}.dynamodb' holds no item as DynamoDB writes it") from error


def _with_bytes(value: Any) -> Any:
    """A value as boto3 has it: in an event bytes are base64."""
    [(kind, held)] = value.items()
    if kind == "B":
        return {"B": base64.b64decode(held)}
    if kind == "BS":
        return {"BS": [base64.b64decode(one) for one in held]}
    if kind == "L":
        return {"L": [_with_bytes(one) for one in held]}
    return {"M": {name: _with_bytes(one) for name, one in held.items()}} if kind == "M" else value
