"""Objects for ``read_lines`` and ``read_object`` in unit tests of jobs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from .errors import PermanentJobError
from .reading import ObjectAddress, ObjectReplacedError, OpenedObject, Position

#: As many bytes as a chunk of S3 has, more or less.
_CHUNK = 64 * 1024


class MemorySource:
    """Contents by ``s3://bucket/key``."""

    def __init__(self, objects: Mapping[str, str | bytes]) -> None:
        self._objects = {name: body.encode() if isinstance(body, str) else body for name, body in objects.items()}

    def open(self, address: ObjectAddress, position: Position | None) -> OpenedObject:
        name = f"s3://{address.bucket}/{address.key}"
        body = self._objects.get(name)
        if body is None:
            known = ", ".join(self._objects) or "none"
            raise PermanentJobError(f"{name} does not exist: the test has no object of this name; its objects: {known}.")
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        if position and position["eTag"] != etag:
            raise ObjectReplacedError(f"{name} was replaced")
        return OpenedObject(etag, len(body), None, _chunks(body, position["offset"] if position else 0))


def _chunks(body: bytes, start: int) -> Iterator[bytes]:
    return (body[at : at + _CHUNK] for at in range(start, len(body), _CHUNK))
