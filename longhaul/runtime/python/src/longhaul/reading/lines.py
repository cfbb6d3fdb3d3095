"""The lines of an object."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..errors import PermanentJobError
from .address import ObjectAddress, Position
from .object_reading import ObjectReading

#: Bytes of a line, before the job is rejected rather than its memory filled.
LONGEST_LINE = 64 * 1024 * 1024
_CHUNK = 64 * 1024


class Lines:
    """
    The lines of an object, without their line ends (LF or CRLF), in constant memory. The text is UTF-8; a byte order mark
    is dropped, and bytes that are not UTF-8 become U+FFFD. Gzip is recognized by its first bytes. It cannot be entered in
    the middle, so a start that continues reads a compressed object from its beginning and skips what comes before its position.
    """

    def __init__(
        self,
        open_object: Callable[[Position | None], ObjectReading],
        address: ObjectAddress,
        position: Position | None,
        longest_line: int,
        between_lines: Callable[[], None],
    ) -> None:
        self._address, self._longest, self._between_lines = address, longest_line, between_lines
        self._offset = int(position["offset"]) if position else 0
        self._gzip = bool(position and position.get("gzip"))
        self._bytes = open_object({**position, "offset": 0} if position and self._gzip else position)
        self._lines = self._read()

    @property
    def size(self) -> int:
        """Of the object, in bytes."""
        return self._bytes.size

    @property
    def etag(self) -> str:
        """Of the object, with its quotes."""
        return self._bytes.etag

    @property
    def bytes_read(self) -> int:
        """Of the object so far, for ``ctx.progress(lines.bytes_read, lines.size)``."""
        return int(self._bytes.position["offset"])

    @property
    def position(self) -> dict[str, Any]:
        """After the last line that was handed out: what to save with the job's own state."""
        return {**self._bytes.position, "offset": self._offset, **({"gzip": True} if self._gzip else {})}

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _read(self) -> Iterator[str]:
        chunks: Iterator[bytes] = iter(self._bytes)
        if self._gzip or self._offset == 0:
            head = b""
            while len(head) < 2:
                chunk = next(chunks, None)
                if chunk is None:
                    break
                head += chunk
            self._gzip = self._gzip or head[:2] == b"\x1f\x8b"
            chunks = _with(head, chunks)
        if self._gzip:
            chunks = _without(self._offset, _gunzip(chunks, self._address))
        rest: list[bytes] = []
        length = 0
        for chunk in chunks:
            *ended, last = chunk.split(b"\n")
            for part in ended:
                line = b"".join([*rest, part]) if rest else part
                rest, length = [], 0
                text = self._decode(line[:-1] if line.endswith(b"\r") else line)
                self._offset += len(line) + 1
                yield text
                self._between_lines()
            if last:
                rest.append(last)
                length += len(last)
                if length > self._longest:
                    raise PermanentJobError(
                        f"{self._address} has a line of more than {self._longest} bytes, from byte {self._offset} on. "
                        "Raise longest_line to read it."
                    )
        if rest:
            line = b"".join(rest)
            text = self._decode(line)
            self._offset += len(line)
            yield text

    def _decode(self, line: bytes) -> str:
        if self._offset == 0:
            line = line.removeprefix(b"\xef\xbb\xbf")
        return line.decode("utf-8", "replace")


def _with(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from chunks


def _without(count: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if len(chunk) > count:
            yield chunk[count:]
        count = max(0, count - len(chunk))


def _gunzip(chunks: Iterable[bytes], address: ObjectAddress) -> Iterator[bytes]:
    """All members of a gzip file, a bounded piece at a time."""
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    has_begun = False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if member.eof:
                    # Zeros may follow a member (gzip's manual, "Tapes").
                    data = data.lstrip(b"\0")
                    member, has_begun = zlib.decompressobj(zlib.MAX_WBITS | 16), False
                    continue
                has_begun = True
                piece = member.decompress(data, _CHUNK)
                if piece:
                    yield piece
                data = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise PermanentJobError(f"{address} is not complete gzip: {error}.") from error
    if has_begun and not member.eof:
        raise PermanentJobError(f"{address} is not complete gzip: it is cut off.")
