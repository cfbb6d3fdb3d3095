"""The checkpoint directory: what is in it, and where its content is kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from .entry import FileEntry, UnreadableError
from .environment import S3Address
from .errors import UnsavableValueError
from .objects import ObjectStore

#: By which a file is known without reading it: size, time of change of content and of inode, and inode.
Looks = tuple[int, int, int, int]
#: The directory as it is at one moment: looks by path.
Scan = Mapping[str, Looks]

#: A file's times advance with the kernel's clock tick, up to 10 ms (Linux before 6.13, "multigrain timestamps"): a second
#: write within one leaves no trace if the size stays.
_YOUNG_NANOSECONDS = 20_000_000


class FilesChangedError(Exception):
    """The files were not left alone while they were saved."""


class CheckpointFiles:
    """
    Content is stored once, under its hash and the writer's id: no key is used by two writers, and a writer deletes only
    what it dropped itself (docs/checkpoint.md).
    """

    def __init__(self, objects: ObjectStore, artifacts: S3Address, writer: str, directory: Path | None = None) -> None:
        self._objects = objects
        self._artifacts = artifacts
        self._writer = writer
        self._directory = directory
        self._owned = directory is None
        self._hashes: dict[tuple[str, Looks], str] = {}
        #: Modification times that were set here, by path.
        self._marks: dict[str, int] = {}
        #: Entries of the newest checkpoint and of the one before it, as S3 has them.
        self.current: tuple[FileEntry, ...] = ()
        self.previous: tuple[FileEntry, ...] = ()
        #: The directory of the newest checkpoint.
        self.saved: Scan = {}

    @property
    def directory(self) -> Path:
        """Made when it is asked for."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="longhaul-checkpoint-"))
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory

    def restore(self, entries: tuple[FileEntry, ...]) -> None:
        """
        Makes the directory what the entries say.

        :raises UnreadableError: when one is missing, or is not what was saved
        """
        if self._directory is not None:
            for left in self._directory.iterdir():
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
        for entry in entries:
            target = self.directory / entry.path
            target.parent.mkdir(parents=True, exist_ok=True)
            if not self._objects.get_file(self._artifacts.below(entry.key), target):
                raise UnreadableError(f'the content of its file "{entry.path}" is missing')
            if target.stat().st_size != entry.size or _sha256(target) != entry.sha256:
                raise UnreadableError(f'the content of its file "{entry.path}" is not what was saved')
        self.saved = self.scan()
        self.current = entries
        self._hashes = {(entry.path, self.saved[entry.path]): entry.sha256 for entry in entries}

    def scan(self) -> Scan:
        """
        A file that was written just now has its modification time set back by a millisecond, once, so that any later write
        shows.

        :raises UnsavableValueError: for what is neither a regular file nor a directory
        """
        if self._directory is None or not self._directory.is_dir():
            return {}
        found: dict[str, Looks] = {}
        folders = [self._directory]
        while folders:
            for item in os.scandir(folders.pop()):
                path = Path(item.path).relative_to(self._directory).as_posix()
                try:
                    info = os.lstat(item.path)
                    if stat.S_ISREG(info.st_mode) and self._is_young(path, info):
                        info = self._marked(path, item.path, info)
                except FileNotFoundError:
                    continue  # one that was removed meanwhile is none
                if stat.S_ISDIR(info.st_mode):
                    folders.append(Path(item.path))
                elif stat.S_ISREG(info.st_mode):
                    found[path] = (info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)
                else:
                    kind = "a symbolic link" if item.is_symlink() else "no regular file"
                    raise UnsavableValueError(f'file "{path}"', f"is {kind}; only regular files are saved")
        return found

    def store(self, scan: Scan) -> tuple[FileEntry, ...]:
        """
        Stores what S3 does not have, and answers the entries of the next checkpoint.

        :raises FilesChangedError: when the directory is not, or does not stay, as it was scanned
        """
        if scan == self.saved:
            return self.current
        self._check(scan)
        keys = {entry.sha256: entry.key for entry in (*self.previous, *self.current)}
        entries: list[FileEntry] = []
        for path, looks in sorted(scan.items()):
            known = self._hashes.get((path, looks))
            file = self.directory / path
            try:
                digest = known or _sha256(file)
                if digest not in keys:
                    keys[digest] = f"checkpoint/files/{digest}-{self._writer[:8]}"
                    self._objects.put_file(self._artifacts.below(keys[digest]), file)
            except FileNotFoundError as error:
                raise FilesChangedError(_changed(path)) from error
            entries.append(FileEntry(path, digest, looks[0], keys[digest]))
        self._check(scan)
        return tuple(entries)

    def written(self, scan: Scan, entries: tuple[FileEntry, ...]) -> None:
        """A checkpoint with these is written: what only the one before the previous one had is deleted."""
        dropped, self.previous, self.current = self.previous, self.current, entries
        self.saved = scan
        self._hashes = {(entry.path, scan[entry.path]): entry.sha256 for entry in entries}
        kept = {entry.key for entry in (*self.previous, *self.current)}
        for key in {entry.key for entry in dropped} - kept:
            self._objects.delete(self._artifacts.below(key))

    def clean_up(self) -> None:
        """Removes the directory, if it was made here."""
        if self._owned and self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)

    def _is_young(self, path: str, info: os.stat_result) -> bool:
        return info.st_mtime_ns > time.time_ns() - _YOUNG_NANOSECONDS and self._marks.get(path) != info.st_mtime_ns

    def _marked(self, path: str, file: str, info: os.stat_result) -> os.stat_result:
        try:
            os.utime(file, ns=(info.st_atime_ns, info.st_mtime_ns - 1_000_000))
        except PermissionError:
            return info  # somebody else's file
        marked = os.lstat(file)
        self._marks[path] = marked.st_mtime_ns
        return marked

    def _check(self, scan: Scan) -> None:
        now = self.scan()
        changed = [path for path in sorted({*scan, *now}) if scan.get(path) != now.get(path)]
        if changed:
            raise FilesChangedError(_changed(changed[0]))


def _changed(path: str) -> str:
    return (
        f'The file "{path}" of the checkpoint changed while it was saved: leave files alone until save() has returned'
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
