"""Events of S3."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from .fields import at, records_of, text_of

_NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


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
    detail = at(event, "detail")
    if at(event, "source") == "aws.s3" and isinstance(at(detail, "object.key"), str):
        return [
            S3Object(
                bucket=text_of(detail, "bucket.name", "detail"),
                key=text_of(detail, "object.key", "detail"),
                event_name=text_of(event, "detail-type", "event"),
                version_id=at(detail, "object.version-id"),
                etag=at(detail, "object.etag"),
                size=at(detail, "object.size"),
            )
        ]
    return [
        S3Object(
            bucket=text_of(record, "s3.bucket.name", where),
            key=decode_s3_key(text_of(record, "s3.object.key", where)),
            event_name=text_of(record, "eventName", where),
            version_id=at(record, "s3.object.versionId"),
            etag=at(record, "s3.object.eTag"),
            size=at(record, "s3.object.size"),
        )
        for where, record in records_of(event)
    ]
