"""What sources encode, decoded: ``from longhaul.decode import decode_sqs``.

Each function takes the event as a job gets it, and raises a TypeError that says what is wrong, without what the event
holds, when it is another one.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import unquote_plus

#: Bytes: far above what CloudWatch Logs packs into an event of 6 MB, far below what would end a container.
_LARGEST = 128 * 1024 * 1024


@dataclass(frozen=True)
class S3Object:
    """An object that an event of S3 is about."""

    bucket: str
    #: As it is, not URL-encoded.
    key: str
    event_name: str
    version_id: str | None = None
    #: Without quotes.
    etag: str | None = None
    #: In bytes.
    size: int | None = None


@dataclass(frozen=True)
class Message:
    """A message of a queue or a topic."""

    id: str
    #: What its sender wrote; SNS's envelope is taken off.
    text: str
    #: Texts and numbers as text, bytes as base64.
    attributes: Mapping[str, str] = field(default_factory=dict)
    #: Of a message that came from a topic, unless its subscription delivers raw.
    topic_arn: str | None = None
    subject: str | None = None

    def json(self) -> Any:
        """:raises TypeError: when it is no JSON"""
        return _json(self.text, f"The message {self.id}")


@dataclass(frozen=True)
class KinesisRecord:
    """A record of a Kinesis stream."""

    data: bytes
    partition_key: str
    sequence_number: str
    #: When the stream took it.
    arrived_at: datetime | None

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """:raises TypeError: when it is no JSON"""
        return _json(self.text, f"The data of record {self.sequence_number}")


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


@dataclass(frozen=True)
class LogEvent:
    id: str
    #: Milliseconds since the epoch.
    timestamp: int
    message: str
    #: Where the filter's pattern names columns.
    extracted_fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LogsData:
    """Log events of one stream that matched a subscription."""

    log_group: str
    log_stream: str
    log_events: list[LogEvent]
    #: ``DATA_MESSAGE``; ``CONTROL_MESSAGE`` says only that the destination can be reached.
    message_type: str | None = None
    #: Account id of the log group.
    owner: str | None = None
    subscription_filters: list[str] = field(default_factory=list)


_NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


def decode_s3_key(key: str) -> str:
    """A key as events of S3 have it: URL-encoded, with + for a space ("Event message structure", Amazon S3 user guide)."""
    try:
        if _NO_ESCAPE.search(key):
            raise ValueError("a % that escapes nothing")
        return unquote_plus(key, errors="strict")
    except ValueError as error:
        raise TypeError(f"The key of the object is not URL-encoded: {key!r}") from error


def decode_s3(event: Any) -> list[S3Object]:
    """Objects of a notification, or of the event that S3 sends to EventBridge, whose key is not encoded."""
    detail = _at(event, "detail")
    if _at(event, "source") == "aws.s3" and isinstance(_at(detail, "object.key"), str):
        return [
            S3Object(
                bucket=_text(detail, "bucket.name", "detail"),
                key=_text(detail, "object.key", "detail"),
                event_name=_text(event, "detail-type", "event"),
                version_id=_at(detail, "object.version-id"),
                etag=_at(detail, "object.etag"),
                size=_at(detail, "object.size"),
            )
        ]
    return [
        S3Object(
            bucket=_text(record, "s3.bucket.name", where),
            key=decode_s3_key(_text(record, "s3.object.key", where)),
            event_name=_text(record, "eventName", where),
            version_id=_at(record, "s3.object.versionId"),
            etag=_at(record, "s3.object.eTag"),
            size=_at(record, "s3.object.size"),
        )
        for where, record in _records(event)
    ]


def decode_sqs(event: Any) -> list[Message]:
    """
    Messages of a queue. One that SNS sent there is taken out of its envelope; with raw message delivery there is none.
    https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
    """
    return [_of_queue(record, where) for where, record in _records(event)]


def decode_sns(event: Any) -> list[Message]:
    """Messages of a topic. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html"""
    return [_of_topic(_at(record, "Sns"), f"{where}.Sns") for where, record in _records(event)]


def decode_kinesis(event: Any) -> list[KinesisRecord]:
    """Records of a stream: their data is base64. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html"""
    return [
        KinesisRecord(
            data=_base64(_text(record, "kinesis.data", where), f"{where}.kinesis.data"),
            partition_key=_text(record, "kinesis.partitionKey", where),
            sequence_number=_text(record, "kinesis.sequenceNumber", where),
            arrived_at=_time(_at(record, "kinesis.approximateArrivalTimestamp")),
        )
        for where, record in _records(event)
    ]


def decode_dynamodb(event: Any) -> list[ItemChange]:
    """Changes of a table. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
    return [
        ItemChange(
            kind=_kind(_text(record, "eventName", where), where),
            keys=_item(_at(record, "dynamodb.Keys"), where) or {},
            new_image=_item(_at(record, "dynamodb.NewImage"), where),
            old_image=_item(_at(record, "dynamodb.OldImage"), where),
            sequence_number=_text(record, "dynamodb.SequenceNumber", where),
            changed_at=_time(_at(record, "dynamodb.ApproximateCreationDateTime")),
        )
        for where, record in _records(event)
    ]


def decode_logs(event: Any) -> LogsData:
    """
    Log events, which come as base64 of gzip of JSON.
    https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html
    """
    packed = _base64(_text(event, "awslogs.data", "event"), "awslogs.data")
    try:
        unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        text = unpacking.decompress(packed, _LARGEST)
        data = json.loads(text) if unpacking.eof else None
    except (zlib.error, ValueError) as error:
        raise TypeError("'awslogs.data' must be base64 of gzip of JSON, of at most 128 MiB") from error
    events = _at(data, "logEvents")
    if not isinstance(events, list):
        raise TypeError("'awslogs.data' must hold, in at most 128 MiB, an object with a list logEvents")
    return LogsData(
        log_group=_text(data, "logGroup", "awslogs.data"),
        log_stream=_text(data, "logStream", "awslogs.data"),
        log_events=[_log_event(one, f"logEvents[{index}]") for index, one in enumerate(events)],
        message_type=_at(data, "messageType"),
        owner=_at(data, "owner"),
        subscription_filters=_at(data, "subscriptionFilters") or [],
    )


def _log_event(event: Any, where: str) -> LogEvent:
    timestamp = _at(event, "timestamp")
    if not isinstance(timestamp, int):
        raise TypeError(f"'timestamp' of {where} must be a whole number; it is {type(timestamp).__name__}")
    fields = _at(event, "extractedFields") or {}
    return LogEvent(_text(event, "id", where), timestamp, _text(event, "message", where), fields)


def _of_queue(record: Any, where: str) -> Message:
    body = _text(record, "body", where)
    envelope = _notification(body)
    if envelope is not None:
        return _of_topic(envelope, f"{where}.body")
    attributes = _at(record, "messageAttributes") or {}
    return Message(_text(record, "messageId", where), body, _attributes(attributes, "stringValue", "binaryValue"))


def _notification(body: str) -> Any:
    """SNS's envelope, if that is what a body is: a JSON object of type Notification, with what every such one has."""
    try:
        value = json.loads(body) if body.startswith("{") else None
    except ValueError:
        return None
    whole = all(isinstance(_at(value, name), str) for name in ("MessageId", "Message", "TopicArn"))
    return value if whole and _at(value, "Type") == "Notification" else None


def _of_topic(envelope: Any, where: str) -> Message:
    return Message(
        id=_text(envelope, "MessageId", where),
        text=_text(envelope, "Message", where),
        attributes=_attributes(_at(envelope, "MessageAttributes") or {}, "Value"),
        topic_arn=_text(envelope, "TopicArn", where),
        subject=_at(envelope, "Subject"),
    )


def _attributes(attributes: Mapping[str, Any], *members: str) -> dict[str, str]:
    def value(attribute: Any) -> str:
        return next((held for member in members if isinstance(held := _at(attribute, member), str)), "")

    return {name: value(attribute) for name, attribute in attributes.items()}


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


def _records(event: Any) -> Iterator[tuple[str, Any]]:
    records = _at(event, "Records")
    if not isinstance(records, list) or not records:
        kind = "empty" if records == [] else type(records).__name__
        raise TypeError(f"'Records' must be a list with at least one record; it is {kind}")
    return ((f"Records[{index}]", record) for index, record in enumerate(records))


def _at(value: Any, path: str) -> Any:
    """What is at ``a.b.c``; None where there is nothing."""
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _text(value: Any, path: str, where: str) -> str:
    found = _at(value, path)
    if isinstance(found, str):
        return found
    raise TypeError(f"'{path}' of {where} must be a string; it is {type(found).__name__}")


def _base64(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise TypeError(f"'{where}' must be base64") from error


def _json(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise TypeError(f"{what} is no JSON") from error


def _time(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
