"""A CSV data set, column by column: numbers as numbers, which takes a tenth of their text's memory."""

from __future__ import annotations

import base64
import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any
from urllib.parse import unquote_to_bytes

import numpy
from longhaul import PermanentJobError

#: How a cell says that it has no value, in any case.
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})
_ROWS_AT_ONCE = 20_000


@dataclass
class Column:
    """Numbers with NaN, or texts with None, where there is no value."""

    name: str
    values: numpy.ndarray

    @property
    def is_numeric(self) -> bool:
        return self.values.dtype.kind == "f"

    @property
    def missing(self) -> numpy.ndarray:
        if self.is_numeric:
            return numpy.isnan(self.values)
        return numpy.array([value is None for value in self.values], dtype=bool)


@dataclass
class Source:
    """The CSV's bytes, and what tells whether it is the same data set as before."""

    name: str
    version: str
    body: IO[bytes]


def open_source(bucket: str | None, key: str | None, data: str | None) -> Source:
    """:raises PermanentJobError: when it cannot be there on the next start either"""
    if data is not None:
        head, comma, text = data.partition(",")
        if not comma:
            raise PermanentJobError('data is no data: URI: it has no comma, as in "data:text/csv,a,b%0A1,2"')
        body = unquote_to_bytes(text)
        try:
            return Source("data:", "", io.BytesIO(base64.b64decode(body) if head.endswith(";base64") else body))
        except ValueError as error:
            raise PermanentJobError(f"data is no base64: {error}") from error
    import boto3
    from botocore.exceptions import ClientError

    try:
        found = boto3.client("s3").get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
            raise PermanentJobError(f"s3://{bucket}/{key} is not there: {error}") from error
        raise
    return Source(f"s3://{bucket}/{key}", found["ETag"], found["Body"])


def read_columns(source: Source, wanted: set[str] | None) -> list[Column]:
    """:raises PermanentJobError: for what is no CSV in UTF-8 with a header and rows of its length"""
    reader = csv.reader(codecs.getreader("utf-8-sig")(source.body), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, wanted, source.name)
        columns = [_Growing(name) for name in header]
        while rows := list(islice(_whole_rows(reader, len(header)), _ROWS_AT_ONCE)):
            for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
                if wanted is None or column.name in wanted:
                    column.add(cells)
    except (csv.Error, UnicodeDecodeError) as error:
        raise PermanentJobError(f"{source.name} is no CSV in UTF-8: line {reader.line_num}: {error}") from error
    return [column.finish() for column in columns if wanted is None or column.name in wanted]


def _check_header(header: list[str], wanted: set[str] | None, name: str) -> None:
    shown = ", ".join(header[:20]) + (", …" if len(header) > 20 else "")
    if not any(header):
        raise PermanentJobError(f"{name} is empty: a header line with the columns' names is wanted")
    if len(set(header)) < len(header):
        raise PermanentJobError(f"{name} has two columns of the same name: {shown}")
    absent = sorted((wanted or set()) - set(header))
    if absent:
        raise PermanentJobError(f"{name} has no column {', '.join(map(repr, absent))}; it has {shown}")


def _whole_rows(reader: Any, length: int) -> Iterator[list[str]]:
    for row in reader:
        if not row:
            continue
        if len(row) != length:
            raise csv.Error(f"{len(row)} fields where the header has {length}")
        yield row


class _Growing:
    """A column while it is read: numeric until a cell is none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._chunks: list[numpy.ndarray] = []
        self._numeric = True
        self._texts: dict[str, str] = {}

    def add(self, cells: Iterable[str]) -> None:
        texts = [None if cell.strip().lower() in _MISSING else cell.strip() for cell in cells]
        if self._numeric:
            try:
                numbers = numpy.array([numpy.nan if text is None else float(text) for text in texts])
                if not numpy.isinf(numbers).any():
                    self._chunks.append(numbers)
                    return
            except ValueError:
                pass
            self._numeric = False
            self._chunks = [
                numpy.array([None if numpy.isnan(number) else f"{number:g}" for number in chunk], dtype=object)
                for chunk in self._chunks
            ]
        # The same text once: categories are few.
        shared = [None if text is None else self._texts.setdefault(text, text) for text in texts]
        self._chunks.append(numpy.array(shared, dtype=object))

    def finish(self) -> Column:
        return Column(self.name, numpy.concatenate(self._chunks) if self._chunks else numpy.empty(0))
