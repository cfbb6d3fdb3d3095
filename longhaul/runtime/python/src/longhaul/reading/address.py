"""Where an object is, and places in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import PermanentJobError

#: A place in an object, to continue from: ``eTag`` (with its quotes), ``size``, ``offset`` and, if the object has them,
#: ``versionId`` and ``gzip``. Plain JSON, so it fits into a checkpoint; the same in both runtimes.
Position = Mapping[str, Any]


@dataclass(frozen=True)
class ObjectAddress:
    """An object in S3; the key as it is, not URL-encoded."""

    bucket: str
    key: str
    version_id: str | None = None

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}" + (f" (version {self.version_id})" if self.version_id else "")


def address_of(value: Any) -> ObjectAddress:
    """Of ``s3://bucket/key``, or of anything that has ``bucket`` and ``key``: an event's input, what ``decode_s3`` gives."""

    def field(*names: str) -> str | None:
        found = (value.get(name) if isinstance(value, Mapping) else getattr(value, name, None) for name in names)
        return next((text for text in found if isinstance(text, str) and text), None)

    if isinstance(value, str) and (match := re.fullmatch(r"s3://([^/]+)/(.+)", value, re.DOTALL)):
        return ObjectAddress(match[1], match[2])
    bucket, key = field("bucket"), field("key")
    if bucket is None or key is None:
        raise PermanentJobError(f"An object has a bucket and a key, or is s3://bucket/key, not {value!r}")
    return ObjectAddress(bucket, key, field("version_id", "versionId"))
