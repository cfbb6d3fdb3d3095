"""The bytes of an object."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from ..errors import PermanentJobError, TransientJobError
from ..log import Log
from .address import ObjectAddress, Position
from .source import ObjectReplacedError, ObjectSource, OpenedObject

#: Connections lost in a row, without a byte between them, before the attempt fails.
_MAX_DROPS = 6


class ObjectReading:
    """
    The bytes of an object in chunks, each byte once, or an error. A broken connection is replaced by one that continues
    after the last byte, and only if the object still has the same ETag.
    """

    def __init__(
        self,
        source: ObjectSource,
        address: ObjectAddress,
        position: Position | None,
        log: Log,
        *,
        between_chunks: Callable[[], None],
        before_retry: Callable[[], None],
    ) -> None:
        """The two callables raise to end the reading."""
        self._source, self._address, self._log = source, address, log
        self._between_chunks, self._before_retry = between_chunks, before_retry
        self._offset = int(position["offset"]) if position else 0
        if position and position["offset"] == position["size"]:
            self._opened = OpenedObject(position["eTag"], position["size"], position.get("versionId"), iter(()))
        else:
            self._opened = source.open(address, position)
        self._chunks = self._read()

    @property
    def size(self) -> int:
        """In bytes."""
        return self._opened.size

    @property
    def etag(self) -> str:
        """With its quotes."""
        return self._opened.etag

    @property
    def position(self) -> dict[str, Any]:
        """After the last chunk that was handed out."""
        return self._position(self._offset)

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def _position(self, offset: int) -> dict[str, Any]:
        version = self._opened.version_id
        return {
            "eTag": self._opened.etag,
            "size": self._opened.size,
            **({"versionId": version} if version else {}),
            "offset": offset,
        }

    def _read(self) -> Iterator[bytes]:
        at = self._offset
        body: Iterator[bytes] | None = self._opened.body
        drops = 0
        while at < self.size:
            before = at
            problem: Exception = ConnectionError("the connection ended early")
            try:
                if body is None:
                    body = self._source.open(self._address, self._position(at)).body
                for chunk in body:
                    at += len(chunk)
                    self._offset = at
                    yield chunk
                    self._between_chunks()
            except (PermanentJobError, ObjectReplacedError):
                raise
            except Exception as error:
                problem = error
            if at == self.size:
                return
            self._before_retry()
            body = None
            drops = 1 if at > before else drops + 1
            if drops > _MAX_DROPS:
                raise TransientJobError(
                    f"Reading {self._address} failed {drops} times in a row at byte {at} of {self.size}."
                ) from problem
            self._log.warn("The connection to S3 was lost; reading on from the last byte", offset=at, error=problem)
            time.sleep(0.25 * 2 ** (drops - 1))
