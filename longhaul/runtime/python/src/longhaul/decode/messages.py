"""Messages of queues and topics."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .fields import at, parse_json, records_of, text_of


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
        return parse_json(self.text, f"The message {self.id}")


def decode_sqs(event: Any) -> list[Message]:
    """
    Messages of a queue. One that SNS sent there is taken out of its envelope; with raw message delivery there is none.
    https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
    """
    return [_of_queue(record, where) for where, record in records_of(event)]


def decode_sns(event: Any) -> list[Message]:
    """Messages of a topic. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html"""
    return [_of_topic(at(record, "Sns"), f"{where}.Sns") for where, record in records_of(event)]


def _of_queue(record: Any, where: str) -> Message:
    body = text_of(record, "body", where)
    envelope = _notification(body)
    if envelope is not None:
        return _of_topic(envelope, f"{where}.body")
    attributes = at(record, "messageAttributes") or {}
    return Message(text_of(record, "messageId", where), body, _attributes(attributes, "stringValue", "binaryValue"))


def _notification(body: str) -> Any:
    """SNS's envelope, if that is what a body is: a JSON object of type Notification, with what every such one has."""
    try:
        value = json.loads(body) if body.startswith("{") else None
    except ValueError:
        return None
    whole = all(isinstance(at(value, name), str) for name in ("MessageId", "Message", "TopicArn"))
    return value if whole and at(value, "Type") == "Notification" else None


def _of_topic(envelope: Any, where: str) -> Message:
    return Message(
        id=text_of(envelope, "MessageId", where),
        text=text_of(envelope, "Message", where),
        attributes=_attributes(at(envelope, "MessageAttributes") or {}, "Value"),
        topic_arn=text_of(envelope, "TopicArn", where),
        subject=at(envelope, "Subject"),
    )


def _attributes(attributes: Mapping[str, Any], *members: str) -> dict[str, str]:
    def value(attribute: Any) -> str:
        return next((held for member in members if isinstance(held := at(attribute, member), str)), "")

    return {name: value(attribute) for name, attribute in attributes.items()}
