"""S3 for unit tests of jobs: in memory, with its conditions."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

from .environment import S3Address
from .objects import Condition, ConditionError, StoredObject


class MemoryObjects:
    def __init__(self) -> None:
        self.stored: dict[S3Address, StoredObject] = {}
        self._lock = threading.Lock()

    def get(self, address: S3Address) -> StoredObject | None:
        return self.stored.get(address)

    def put(self, address: S3Address, body: bytes, content_type: str, condition: Condition | None = None) -> str:
        with self._lock:
            found = self.stored.get(address)
            if condition is not None and (found.etag if found else None) != condition.etag:
                raise ConditionError("changed", address)
            etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
            self.stored[address] = StoredObject(body, etag)
            return etag

    def put_file(self, address: S3Address, path: Path) -> None:
        self.put(address, path.read_bytes(), "")

    def get_file(self, address: S3Address, path: Path) -> bool:
        found = self.get(address)
        if found:
            path.write_bytes(found.body)
        return found is not None

    def copy(self, source: S3Address, target: S3Address, condition: Condition) -> None:
        found = self.stored.get(source)
        if found is None or found.etag != condition.etag:
            raise ConditionError("changed", source)
        self.put(target, found.body, "")

    def delete(self, address: S3Address, condition: Condition | None = None) -> None:
        with self._lock:
            found = self.stored.get(address)
            if condition is not None and (found is None or found.etag != condition.etag):
                raise ConditionError("changed", address)
            self.stored.pop(address, None)

    def list(self, prefix: S3Address) -> Iterator[str]:
        found = [at.key for at in self.stored if at.bucket == prefix.bucket and at.key.startswith(prefix.key)]
        return iter(sorted(found))
