"""Events of S3."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from .fields import at, records_of, text_of

_NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


_REASONS = {
    "PutObject": "Put",
    "POST Object": "Post",
    "CopyObject": "Copy",
    "CompleteMultipartUpload": "CompleteMultipartUpload",
}
_NAMES = {
    "Object Restore Initiated": "ObjectRestore:Post",
    "Object Restore Completed": "ObjectRestore:Completed",
    "Object Restore Expired": "ObjectRestore:Delete",
    "Object Storage Class Changed": "LifecycleTransition",
    "Object Access Tier Changed": "IntelligentTiering",
    "Object Tags Added": "ObjectTagging:Put",
    "Object Tags Deleted": "ObjectTagging:Delete",
    "Object ACL Updated": "ObjectAcl:Put",
}


@dataclass(frozen=True)
class S3Object:
    """An object that an event of S3 is about. The same for one write, whichever way its event came."""

    bucket: str
    #: As it is, not URL-encoded.
    key: str
    #: ``ObjectCreated:Put``, …: the names of S3's notifications, also for an event from EventBridge.
    event_name: str
    version_id: str | None = None
    #: Without quotes.
    etag: str | None = None
    #: In bytes.
    size: int | None = None


def decode_s3_key(key: str) -> str:
    """A key as S3's notifications have it: URL-encoded, with + for a space ("Event message structure", Amazon S3 user guide)."""
    try:
        if _NO_ESCAPE.search(key):
            raise ValueError("a % that escapes nothing")
        return unquote_plus(key, errors="strict")
    except ValueError as error:
        raise TypeError(f"The key of the object is not URL-encoded: {key!r}") from error


def decode_s3(event: Any) -> list[S3Object]:
    """Objects of a notification, or of the event that S3 sends to EventBridge, whose key is not encoded."""
    if at(event, "source") == "aws.s3" and at(event, "Records") is None:
        return [
            S3Object(
                bucket=text_of(event, "detail.bucket.name", "the event"),
                key=text_of(event, "detail.object.key", "the event"),
                event_name=_event_name(text_of(event, "detail-type", "the event"), at(event, "detail")),
                version_id=at(event, "detail.object.version-id"),
                etag=at(event, "detail.object.etag"),
                size=at(event, "detail.object.size"),
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


def _event_name(detail_type: str, detail: Any) -> str:
    """
    The name that S3's notifications have for an event that it sent to EventBridge.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-mapping-troubleshooting.html
    """
    reason = str(at(detail, "reason") or "")
    if detail_type == "Object Created":
        return f"ObjectCreated:{_REASONS.get(reason, reason)}"
    if detail_type != "Object Deleted":
        return _NAMES.get(detail_type, detail_type)
    by = "LifecycleExpiration" if reason == "Lifecycle Expiration" else "ObjectRemoved"
    marked = at(detail, "deletion-type") == "Delete Marker Created"
    return f"{by}:{'DeleteMarkerCreated' if marked else 'Delete'}"
