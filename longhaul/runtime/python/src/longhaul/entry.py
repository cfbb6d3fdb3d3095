"""What checkpoint/state.json and previous.json hold: docs/checkpoint.md, "An entry"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .environment import Launch
from .faithful_json import from_json
from .log import iso_now

_SHA256 = re.compile("[0-9a-f]{64}")


class UnreadableError(Exception):
    """An entry, or one of its files, cannot be used: the one before it may be."""


@dataclass(frozen=True)
class FileEntry:
    """A file of the checkpoint directory: its path there, with "/", and the key below the execution's prefix."""

    path: str
    sha256: str
    size: int
    key: str


@dataclass(frozen=True)
class Content:
    """What one start leaves to the next; values are JSON texts."""

    state: str | None = None
    files: tuple[FileEntry, ...] = ()
    result: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self.is_checkpoint and self.result is None

    @property
    def is_checkpoint(self) -> bool:
        return self.state is not None or bool(self.files)


@dataclass(frozen=True)
class Entry:
    launch: Launch
    writer: str
    write: int
    at: str
    content: Content


def compose_entry(launch: Launch, writer: str, write: int, content: Content) -> bytes:
    """The entry's JSON around contents that are JSON already."""
    head: dict[str, Any] = {"launch": asdict(launch), "writer": writer, "write": write, "at": iso_now()}
    if content.files:
        head["files"] = [asdict(file) for file in sorted(content.files, key=lambda file: file.path)]
    texts = {"state": content.state, "result": content.result}
    members = "".join(f',"{name}":{text}' for name, text in texts.items() if text is not None)
    return f"{json.dumps(head)[:-1]}{members}}}".encode()


def parse_entry(body: bytes) -> Entry:
    """:raises UnreadableError: for what is no entry"""
    try:
        found = from_json(body.decode("utf-8"))
        launch = found["launch"]
        if not isinstance(launch["execution"], str):
            raise TypeError("launch.execution is no text")
        return Entry(
            Launch(launch["execution"], int(launch["attempt"]), int(launch["interruptions"])),
            writer=str(found.get("writer")),
            write=int(found.get("write", 0)),
            at=str(found.get("at")),
            content=Content(_text(found, "state"), tuple(map(_file, found.get("files", ()))), _text(found, "result")),
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"it cannot be read: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableError(f"it was not written by Longhaul: {error!r}") from error


def _text(entry: Mapping[str, Any], member: str) -> str | None:
    return json.dumps(entry[member], separators=(",", ":")) if member in entry else None


def _file(found: Mapping[str, Any]) -> FileEntry:
    """A path or a key that would lead out of its place is none."""
    entry = FileEntry(found["path"], found["sha256"], found["size"], found["key"])
    if not (
        _stays_below(entry.path)
        and _SHA256.fullmatch(entry.sha256)
        and type(entry.size) is int
        and entry.key.startswith("checkpoint/files/")
        and _stays_below(entry.key)
    ):
        raise ValueError(f"the file {entry.path!r} is none of a checkpoint")
    return entry


def _stays_below(path: str) -> bool:
    return not {"", ".", ".."} & set(path.split("/"))
