"""Lines and bytes of objects: their positions, gzip, replaced objects, broken connections."""

from __future__ import annotations

import gzip
import os
import random
import socket
import threading
import unittest
import uuid
from collections.abc import Iterator
from typing import Any
from unittest import mock

from longhaul import JobContext, ObjectReplacedError, PermanentJobError, TransientJobError, job
from longhaul.log import Log, describe_error
from longhaul.reading import Lines, ObjectAddress, ObjectReading, OpenedObject, S3Source
from longhaul.testing import test_job

from .execution import BUCKET, s3

ADDRESS = ObjectAddress("bucket", "a")
LOG = Log({}, sink=lambda _level, _line: None)


class Pieces:
    """An object whose bytes arrive in pieces of these lengths, and then of one byte."""

    def __init__(self, body: bytes, pieces: tuple[int, ...] = ()) -> None:
        self._body, self._pieces = body, pieces

    def open(self, address: ObjectAddress, position: Any) -> OpenedObject:
        return OpenedObject('"e"', len(self._body), None, self._read(position["offset"] if position else 0))

    def _read(self, at: int) -> Iterator[bytes]:
        sizes = iter(self._pieces)
        while at < len(self._body):
            size = next(sizes, 1)
            yield self._body[at : at + size]
            at += size


def nothing() -> None:
    pass


def read(source: Any, position: Any = None, longest: int = 1000_000) -> list[tuple[str, dict[str, Any]]]:
    def open_object(place: Any) -> ObjectReading:
        return ObjectReading(source, ADDRESS, place, LOG, between_chunks=nothing, before_retry=nothing)

    lines = Lines(open_object, ADDRESS, position, longest, nothing)
    return [(line, lines.position) for line in lines]


def texts(body: bytes, *pieces: int) -> list[str]:
    return [line for line, _ in read(Pieces(body, pieces))]


class TheLinesOfAnObject(unittest.TestCase):
    def test_end_with_lf_or_crlf_or_with_the_object(self) -> None:
        for text, lines in [
            ("", []),
            ("\n", [""]),
            ("a", ["a"]),
            ("a\n", ["a"]),
            ("a\r\nb\n\nc", ["a", "b", "", "c"]),
            ("a\rb\r\n\r\nc\r", ["a\rb", "", "c\r"]),
            ("\ufeffa\n\ufeffb", ["a", "\ufeffb"]),
            ("ä€😀\n", ["ä€😀"]),
        ]:
            with self.subTest(text):
                self.assertEqual(texts(text.encode(), 1000), lines)
                self.assertEqual(texts(text.encode()), lines)
                self.assertEqual(texts(gzip.compress(text.encode()), 1000), lines)

    def test_are_the_same_however_the_bytes_arrive_and_wherever_the_reading_continues(self) -> None:
        chance = random.Random(7)
        for _ in range(60):
            text = "".join(chance.choices(["a", "ä", "😀", "\r", "\n", "\r\n", "\ufeff", "word "], k=30)).encode()
            body = gzip.compress(text) if chance.random() < 0.5 else text
            pieces = tuple(chance.choices(range(1, 20), k=8))
            whole = read(Pieces(body, (10_000,)))
            self.assertEqual(read(Pieces(body, pieces)), whole)
            for index, (_, position) in enumerate(whole):
                self.assertEqual(read(Pieces(body, pieces), position), whole[index + 1 :])

    def test_come_from_all_members_of_a_gzip_file(self) -> None:
        members = gzip.compress(b"a\nb") + gzip.compress(b"c\nd") + b"\0" * 512
        self.assertEqual(texts(members, 10_000), ["a", "bc", "d"])

    def test_of_gzip_that_is_cut_off_or_damaged_reject_the_job(self) -> None:
        body = gzip.compress(b"a line\n" * 1000)
        with self.assertRaisesRegex(PermanentJobError, "s3://bucket/a is not complete gzip"):
            texts(body[:-20], 10_000)
        with self.assertRaises(PermanentJobError):
            texts(body[:20] + b"\xff" * 20 + body[40:], 10_000)

    def test_that_are_too_long_reject_the_job(self) -> None:
        with self.assertRaisesRegex(PermanentJobError, "more than 1500 bytes, from byte 6 on"):
            read(Pieces(b"short\n" + b"x" * 5000, (6, 1000, 1000, 1000)), longest=1500)


@job("count-words")
def count_words(ctx: JobContext[str]) -> dict[str, int]:
    state = ctx.checkpoint.load({"words": 0, "position": None})
    lines = ctx.read_lines(ctx.input, position=state["position"])
    for line in lines:
        state = {"words": state["words"] + len(line.split()), "position": lines.position}
        ctx.checkpoint.set(state)
        ctx.progress(lines.bytes_read, lines.size)
    return {"words": state["words"]}


class AJobThatReadsLines(unittest.TestCase):
    def test_counts_each_word_once_when_it_is_interrupted_five_times(self) -> None:
        text = "\n".join("word " * (index % 7) for index in range(5000)).encode()
        for body in (text, gzip.compress(text)):
            objects = {"s3://uploads/words.txt": body}
            run = test_job(count_words, "s3://uploads/words.txt", objects=objects, interrupt_after=900)
            for interruptions in range(1, 5):
                self.assertEqual(run.outcome, "interrupted")
                run = test_job(
                    count_words,
                    "s3://uploads/words.txt",
                    objects=objects,
                    checkpoint=run.checkpoint,
                    interrupt_after=900,
                    interruptions=interruptions,
                )
            run = test_job(count_words, "s3://uploads/words.txt", objects=objects, checkpoint=run.checkpoint)
            self.assertEqual((run.outcome, run.result), ("done", {"words": len(text.split())}))

    def test_is_told_when_the_object_was_replaced_or_is_not_there(self) -> None:
        position = {"eTag": '"old"', "size": 10, "offset": 5}
        checkpoint = {"words": 1, "position": position}
        run = test_job(count_words, "s3://b/a", objects={"s3://b/a": "text"}, checkpoint=checkpoint)
        self.assertIsInstance(run.error, ObjectReplacedError)
        self.assertEqual(test_job(count_words, "s3://b/a").outcome, "rejected")

    def test_is_told_at_once_when_its_input_names_no_object(self) -> None:
        run = test_job(count_words, "words.txt")
        self.assertEqual(run.outcome, "rejected")
        self.assertIn("s3://bucket/key, not 'words.txt'", str(run.error))


class ReadingFromS3(unittest.TestCase):
    def setUp(self) -> None:
        s3.create_bucket(Bucket=BUCKET)
        self.address = ObjectAddress(BUCKET, f"reading/{uuid.uuid4().hex}")
        self.body = random.Random(1).randbytes(1_000_000)
        s3.put_object(Bucket=BUCKET, Key=self.address.key, Body=self.body)

    def reading(self, source: S3Source, position: Any = None) -> ObjectReading:
        return ObjectReading(source, self.address, position, LOG, between_chunks=nothing, before_retry=nothing)

    def test_goes_on_after_the_last_byte_when_connections_break(self) -> None:
        with CuttingProxy([200_000, 1, 300_000]) as url, mock.patch.dict(os.environ, AWS_ENDPOINT_URL_S3=url):
            reading = self.reading(S3Source())
            self.assertEqual(b"".join(reading), self.body)
            self.assertEqual(reading.position["offset"], len(self.body))

    def test_starts_in_the_middle_of_the_object_that_it_knows(self) -> None:
        position = self.reading(S3Source()).position
        self.assertEqual(b"".join(self.reading(S3Source(), {**position, "offset": 123_456})), self.body[123_456:])
        self.assertEqual(b"".join(self.reading(S3Source(), {**position, "offset": len(self.body)})), b"")

    def test_says_what_cannot_be_read(self) -> None:
        position = self.reading(S3Source()).position
        s3.put_object(Bucket=BUCKET, Key=self.address.key, Body=b"another")
        with self.assertRaises(ObjectReplacedError):
            self.reading(S3Source(), {**position, "offset": 1})
        for address, message in [
            (ObjectAddress(BUCKET, "reading/nothing"), "does not exist: it was deleted before it could be read"),
            (ObjectAddress("nowhere", "a"), "The bucket nowhere does not exist"),
        ]:
            with self.assertRaisesRegex(PermanentJobError, message):
                S3Source().open(address, None)

    def test_fails_with_name_and_status_of_the_answer(self) -> None:
        for call, message in [
            (s3.head_object, "Not Found (404)"),
            (s3.get_object, "NoSuchKey (404): The specified key does not exist."),
        ]:
            with self.assertRaises(Exception) as raised:
                call(Bucket=BUCKET, Key="reading/nothing")
            self.assertEqual(describe_error(raised.exception)["message"], message)

    def test_gives_up_after_so_many_broken_connections_without_a_byte_between_them(self) -> None:
        cuts = [300_000] + [1] * 60
        with CuttingProxy(cuts) as url, mock.patch.dict(os.environ, AWS_ENDPOINT_URL_S3=url), mock.patch("time.sleep"):
            with self.assertRaises(TransientJobError):
                list(self.reading(S3Source()))


class CuttingProxy:
    """Stands between a client and AWS_ENDPOINT_URL, and cuts connections after so many bytes of answers."""

    def __init__(self, cuts: list[int]) -> None:
        host, _, port = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://").partition(":")
        self._target, self._cuts = (host, int(port)), cuts

    def __enter__(self) -> str:
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __exit__(self, *_: Any) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            left = self._cuts.pop(0) if self._cuts else 1 << 40
            server = socket.create_connection(self._target)
            threading.Thread(target=_pipe, args=(client, server, 1 << 40), daemon=True).start()
            threading.Thread(target=_pipe, args=(server, client, left), daemon=True).start()


def _pipe(source: socket.socket, target: socket.socket, left: int) -> None:
    try:
        while left > 0 and (data := source.recv(min(65_536, left))):
            target.sendall(data)
            left -= len(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
