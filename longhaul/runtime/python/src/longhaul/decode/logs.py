"""Events of CloudWatch Logs."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .fields import at, bytes_of, text_of

#: Bytes: far above what CloudWatch Logs packs into an event of 6 MB, far below what would end a container.
_LARGEST = 128 * 1024 * 1024


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


def decode_logs(event: Any) -> LogsData:
    """
    Log events, which come as base64 of gzip of JSON.
    https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html
    """
    packed = bytes_of(text_of(event, "awslogs.data", "event"), "awslogs.data")
    try:
        unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        text = unpacking.decompress(packed, _LARGEST)
        data = json.loads(text) if unpacking.eof else None
    except (zlib.error, ValueError) as error:
        raise TypeError("'awslogs.data' must be base64 of gzip of JSON, of at most 128 MiB") from error
    events = at(data, "logEvents")
    if not isinstance(events, list):
        raise TypeError("'awslogs.data' must hold, in at most 128 MiB, an object with a list logEvents")
    return LogsData(
        log_group=text_of(data, "logGroup", "awslogs.data"),
        log_stream=text_of(data, "logStream", "awslogs.data"),
        log_events=[_log_event(one, f"logEvents[{index}]") for index, one in enumerate(events)],
        message_type=at(data, "messageType"),
        owner=at(data, "owner"),
        subscription_filters=at(data, "subscriptionFilters") or [],
    )


def _log_event(event: Any, where: str) -> LogEvent:
    timestamp = at(event, "timestamp")
    if not isinstance(timestamp, int):
        raise TypeError(f"'timestamp' of {where} must be a whole number; it is {type(timestamp).__name__}")
    fields = at(event, "extractedFields") or {}
    return LogEvent(text_of(event, "id", where), timestamp, text_of(event, "message", where), fields)
