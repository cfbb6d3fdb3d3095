"""S3 as far as the runtime needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from .environment import S3Address


@dataclass(frozen=True)
class StoredObject:
    body: bytes
    etag: str


@dataclass(frozen=True)
class Condition:
    """Write only if there is no such object (``etag`` is None), or only if it still is the one with this ETag."""

    etag: str | None = None


class ConditionError(Exception):
    """
    A conditional write was refused. ``changed``: the object is not (412), or no longer (404), what the condition says.
    ``conflict``: another write was under way at the same time (409 ConditionalRequestConflict): look again and retry.
    """

    def __init__(self, outcome: Literal["changed", "conflict"], address: S3Address) -> None:
        super().__init__(f"Conditional write of {address}: {outcome}")
        self.outcome = outcome


class ObjectStore(Protocol):
    def get(self, address: S3Address) -> StoredObject | None:
        """None when there is no such object."""

    def put(self, address: S3Address, body: bytes, content_type: str, condition: Condition | None = None) -> str:
        """Answers the new ETag. :raises ConditionError: when the condition did not hold"""

    def put_file(self, address: S3Address, path: Path) -> None:
        """In parts when it is large."""

    def get_file(self, address: S3Address, path: Path) -> bool:
        """Whether there was such an object."""

    def copy(self, source: S3Address, target: S3Address, condition: Condition) -> None:
        """:raises ConditionError: when the source is not what the condition says"""

    def delete(self, address: S3Address, condition: Condition | None = None) -> None:
        """:raises ConditionError: when the object is not what the condition says, or gone"""

    def list(self, prefix: S3Address) -> Iterator[str]:
        """Keys below a prefix."""


#: How often a body that breaks off is read again; botocore itself repeats requests only.
_READS = 5


class S3Objects:
    """
    By region, endpoint and credentials of the environment. botocore is loaded with the first call. boto3 takes half as
    long again: it is loaded with the first file, for its transfers in parts.
    """

    def __init__(self) -> None:
        self._client: Any = None
        self._loading = threading.Lock()

    def get(self, address: S3Address) -> StoredObject | None:
        for read in range(1, _READS + 1):
            try:
                found = self._s3.get_object(Bucket=address.bucket, Key=address.key)
            except Exception as error:
                code, status = _refusal(error)
                if code == "NoSuchKey":
                    return None
                # GetObject, "Permissions": without s3:ListBucket a missing object is answered with 403 instead of 404.
                hint = " (the role of the job needs s3:GetObject and s3:ListBucket)" if status == 403 else ""
                raise RuntimeError(f"Cannot read {address}{hint}: {error}") from error
            try:
                return StoredObject(found["Body"].read(), found.get("ETag", ""))
            except Exception as error:
                if read == _READS:
                    raise RuntimeError(f"Cannot read {address}: {error}") from error
        raise AssertionError("unreachable")

    def put(self, address: S3Address, body: bytes, content_type: str, condition: Condition | None = None) -> str:
        extra: dict[str, str] = {}
        if condition is not None:
            extra = {"IfNoneMatch": "*"} if condition.etag is None else {"IfMatch": condition.etag}
        try:
            answer = self._s3.put_object(
                Bucket=address.bucket, Key=address.key, Body=body, ContentType=content_type, **extra
            )
        except Exception as error:
            raise _unwritten(error, address, condition) from error
        return str(answer.get("ETag", ""))

    def put_file(self, address: S3Address, path: Path) -> None:
        with self._transfer() as transfer:
            transfer.upload_file(str(path), address.bucket, address.key)

    def get_file(self, address: S3Address, path: Path) -> bool:
        try:
            with self._transfer() as transfer:
                transfer.download_file(address.bucket, address.key, str(path))
        except Exception as error:
            if _refusal(error)[1] == 404:
                return False
            raise RuntimeError(f"Cannot read {address}: {error}") from error
        return True

    def copy(self, source: S3Address, target: S3Address, condition: Condition) -> None:
        origin = {"Bucket": source.bucket, "Key": source.key}
        try:
            self._s3.copy_object(
                CopySource=origin, CopySourceIfMatch=condition.etag, Bucket=target.bucket, Key=target.key
            )
        except Exception as error:
            raise _unwritten(error, source, condition) from error

    def delete(self, address: S3Address, condition: Condition | None = None) -> None:
        extra = {} if condition is None else {"IfMatch": condition.etag}
        try:
            self._s3.delete_object(Bucket=address.bucket, Key=address.key, **extra)
        except Exception as error:
            raise _unwritten(error, address, condition) from error

    def list(self, prefix: S3Address) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=prefix.key)
        return (item["Key"] for page in pages for item in page.get("Contents", []))

    def _transfer(self) -> Any:
        from boto3.s3.transfer import S3Transfer

        return S3Transfer(self._s3)

    @property
    def _s3(self) -> Any:
        with self._loading:
            if self._client is None:
                from botocore.config import Config
                from botocore.session import get_session

                # Patience for a service that is away for a moment: a job of many hours must not fail for seconds of it.
                # A connection that is dead, as after a network cut, is given up so soon that another one can save the last
                # checkpoint in the 30 seconds between SIGTERM and SIGKILL.
                self._client = get_session().create_client(
                    "s3",
                    config=Config(
                        retries={"mode": "standard", "total_max_attempts": 10}, connect_timeout=10, read_timeout=10
                    ),
                )
            return self._client


def _unwritten(error: Exception, address: S3Address, condition: Condition | None) -> Exception:
    code, status = _refusal(error)
    if condition is not None and (status == 412 or code == "NoSuchKey"):
        return ConditionError("changed", address)
    if condition is not None and status == 409:
        return ConditionError("conflict", address)
    return RuntimeError(f"Cannot write {address}: {error}")


def _refusal(error: Exception) -> tuple[str, int]:
    """Code and HTTP status of what S3 answered; "" and 0 where it answered nothing."""
    response: dict[str, Any] = getattr(error, "response", None) or {}
    code = response.get("Error", {}).get("Code", "")
    return str(code), int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
