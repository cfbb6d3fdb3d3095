"""Files of the execution, under its prefix in S3, where people and the API find them."""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Callable

from .environment import S3Address
from .errors import SupersededError
from .objects import ObjectStore

#: What the runtime and the starters keep there themselves.
_RESERVED = re.compile(r"(event|progress|result|error)\.json$|checkpoint(/|$)")

#: In UTF-8, and those that Python's table lacks or takes from this machine.
_CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "gz": "application/gzip",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml",
}


def check_artifact_name(name: str) -> None:
    """:raises ValueError: saying what is wrong with the name of an artifact that a job adds"""
    wrong = ""
    if name == "" or name.startswith("/") or ".." in name.split("/"):
        wrong = 'must be a path below the execution\'s prefix, such as "report.html" or "pages/1.png"'
    elif _RESERVED.match(name):
        wrong = "is used by the runtime itself; choose another name"
    if wrong:
        raise ValueError(f"The artifact name {json.dumps(name)} {wrong}")


class Artifacts:
    """``ctx.artifacts``"""

    def __init__(
        self, objects: ObjectStore, address: S3Address, superseded: Callable[[], SupersededError | None]
    ) -> None:
        self.bucket = address.bucket
        #: ``executions/<id>/``
        self.prefix = address.key
        #: ``s3://bucket/executions/<id>/``
        self.uri = str(address)
        self._address = address
        self._objects = objects
        self._superseded = superseded

    def put(self, name: str, body: str | bytes, content_type: str | None = None) -> None:
        """
        Stores a file; the content type follows from the name's ending where none is given.

        :raises ValueError: for a name that the runtime uses itself (``result.json``, ``checkpoint/…``, …)
        :raises SupersededError: when a newer start of the execution has taken over
        """
        check_artifact_name(name)
        if (superseded := self._superseded()) is not None:
            raise superseded
        data = body.encode() if isinstance(body, str) else bytes(body)
        self._objects.put(self._address.below(name), data, content_type or _content_type(name))

    def get(self, name: str) -> bytes | None:
        """The file's bytes, or None when there is none."""
        found = self._objects.get(self._address.below(name))
        return found.body if found else None


def _content_type(name: str) -> str:
    known = _CONTENT_TYPES.get(name.rpartition(".")[2].lower())
    return known or mimetypes.guess_type(name)[0] or "application/octet-stream"
