"""Where objects are read from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import PermanentJobError, TransientJobError
from .address import ObjectAddress, Position

_CHUNK = 64 * 1024


class ObjectReplacedError(TransientJobError):
    """The object was overwritten since the position was saved, or while it was being read."""


@dataclass(frozen=True)
class OpenedObject:
    etag: str
    size: int
    version_id: str | None
    #: The bytes from the position on, or from the beginning.
    body: Iterator[bytes]


class ObjectSource(Protocol):
    """Where objects are read from: S3, or memory in ``longhaul.testing``."""

    def open(self, address: ObjectAddress, position: Position | None) -> OpenedObject:
        """
        Opens one connection.

        :raises PermanentJobError: if the object cannot be read at all
        :raises ObjectReplacedError: if it is no longer the object of the position
        """


class S3Source:
    """S3, with region, endpoint and credentials from the environment. Loads botocore with the first call."""

    def __init__(self) -> None:
        self._client: Any = None
        self._loading = threading.Lock()

    def open(self, address: ObjectAddress, position: Position | None) -> OpenedObject:
        wanted: dict[str, Any] = {"Bucket": address.bucket, "Key": address.key}
        version = (position or {}).get("versionId") or address.version_id
        if version:
            wanted["VersionId"] = version
        if position:
            wanted["IfMatch"] = position["eTag"]
            if position["offset"]:
                wanted["Range"] = f"bytes={position['offset']}-"
        try:
            answer = self._s3.get_object(**wanted)
        except Exception as error:
            raise read_error(error, address) from error
        _, _, total = str(answer.get("ContentRange", "")).partition("/")
        size = int(total or answer["ContentLength"])
        body = answer["Body"].iter_chunks(_CHUNK)
        return OpenedObject(answer["ETag"], size, answer.get("VersionId") or address.version_id, body)

    @property
    def _s3(self) -> Any:
        with self._loading:
            if self._client is None:
                from botocore.config import Config
                from botocore.session import get_session

                # A checksum of the whole object cannot be checked against a body that starts in the middle; TLS protects
                # each connection. A silent connection is given up in time for a stop to be heard.
                config = Config(
                    retries={"mode": "standard"},
                    connect_timeout=10,
                    read_timeout=10,
                    response_checksum_validation="when_required",
                )
                self._client = get_session().create_client("s3", config=config)
            return self._client


def read_error(error: Exception, address: ObjectAddress) -> Exception:
    """Turns S3's answer to a read into the error that a job ends with: permanent if another attempt would get the same answer."""
    response: dict[str, Any] = getattr(error, "response", None) or {}
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code in ("NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "404"):
        return PermanentJobError(f"{address} does not exist: it was deleted before it could be read.")
    if code == "NoSuchBucket":
        return PermanentJobError(f"The bucket {address.bucket} does not exist.")
    if status == 403 and code in ("AccessDenied", "Forbidden", "403"):
        # S3 also answers this for a missing object if the role may not list the bucket (GetObject, "Permissions").
        return PermanentJobError(
            f"Access to {address} is denied: the job's role may not read it (s3:GetObject, and kms:Decrypt for its key), "
            "or it does not exist."
        )
    if code == "InvalidObjectState":
        return PermanentJobError(f"{address} is archived: restore it before it can be read.")
    if code in ("PreconditionFailed", "InvalidRange"):
        return ObjectReplacedError(
            f"{address} was replaced while it was being read. To start over with the new content, catch ObjectReplacedError."
        )
    return TransientJobError(f"Reading {address} failed: {error}")
