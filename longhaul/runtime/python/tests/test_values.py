"""What a checkpoint holds, what a result is, and what an input may be: without S3."""

from __future__ import annotations

import base64
import contextlib
import enum
import io
import json
import math
import random
import struct
import unittest
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import UUID

from longhaul import JobContext, job
from longhaul.background_writer import BackgroundWriter
from longhaul.errors import InvalidInputError, PermanentJobError, UnsavableValueError
from longhaul.faithful_json import from_json, to_faithful_json
from longhaul.log import Log
from longhaul.result import to_result_json
from longhaul.testing import test_job
from longhaul.validation import validate_input


class ALineOfTheLog(unittest.TestCase):
    def printed(self, message: str, encoding: str) -> str:
        stdout = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        with contextlib.redirect_stdout(stdout):
            Log({"job": "test"}).info(message)
        return cast(io.BytesIO, stdout.buffer).getvalue().decode(encoding)

    def test_is_as_legible_as_its_text(self) -> None:
        self.assertIn("Zürich 東京", self.printed("Zürich 東京", "utf-8"))

    def test_is_not_lost_where_its_text_cannot_be_written(self) -> None:
        for message, encoding in ("Zürich", "ascii"), ("half a pair: \ud83d", "utf-8"):
            self.assertEqual(json.loads(self.printed(message, encoding))["message"], message)

    def test_is_written_whatever_it_is_given(self) -> None:
        class Shy:
            def __repr__(self) -> str:
                raise RuntimeError("no repr")

        lines: list[str] = []
        log = Log({"job": "test"}, sink=lambda _level, line: lines.append(line))
        log.error(ValueError("boom"))
        log.info("x", message="hidden", self=1, shy=Shy(), circle=[lines], nan=math.nan)
        log.info(7)
        log.info("")
        error, fields, number, empty = map(json.loads, lines)
        self.assertEqual((error["message"], error["error"]["name"]), ("boom", "ValueError"))
        self.assertEqual((fields["message"], fields["shy"], fields["nan"]), ("x", "<Shy>", "nan"))
        self.assertEqual((number["message"], empty["message"]), ("7", ""))


class ProgressOfAJob(unittest.TestCase):
    def test_never_fails_it_whatever_it_is(self) -> None:
        class Array:
            def item(self) -> Any:
                raise ValueError("can only convert an array of size 1 to a Python scalar")

        @job("odd")
        def odd(ctx: JobContext[Any]) -> None:
            for done in 7, 10**400, Array(), math.nan, None, "8":
                ctx.progress(done, done, object())

        run = test_job(odd)
        self.assertEqual((run.outcome, (run.progress or {})["done"]), ("done", 7))


class ACheckpointsValue(unittest.TestCase):
    def test_comes_back_as_it_was(self) -> None:
        values = [
            None, True, "", "é😀\ud800\x00", 0, -(2**53) + 1, [], {}, {"a": [1, 2.5, {"b": None}]}, [[], [[]]], 1e300, 5e-324,
        ]  # fmt: skip
        for value in values:
            self.assertEqual(from_json(to_faithful_json(value)), value)

    def test_holds_every_finite_float_bit_for_bit(self) -> None:
        numbers = [struct.unpack("d", random.Random(seed).randbytes(8))[0] for seed in range(2000)]
        numbers = [number for number in numbers if math.isfinite(number)] + [-0.0, 0.1]
        back = from_json(to_faithful_json(numbers))
        self.assertEqual([struct.pack("d", one) for one in back], [struct.pack("d", one) for one in numbers])

    def test_of_javascript_is_read_as_it_was(self) -> None:
        read = from_json("[-0,100000000000000000000,9007199254740991]")
        self.assertEqual(read, [0, 1e20, 2**53 - 1])
        self.assertEqual(math.copysign(1, read[0]), -1)
        self.assertEqual([type(one) for one in read], [float, float, int])

    def test_is_refused_when_json_would_change_it(self) -> None:
        @dataclass
        class Sketch:
            count: int = 1

        class Color(enum.IntEnum):
            RED = 1

        circle: list[Any] = []
        circle.append(circle)
        refused: list[tuple[Any, str]] = [
            ({"columns": [{"mean": 1}, {"mean": math.nan}]}, "its .columns[1].mean is nan"),
            ([1, math.inf], "its [1] is inf"),
            ({"at": datetime(2026, 1, 1, tzinfo=UTC)}, "its .at is a datetime; save value.isoformat()"),
            ({"pair": (1, 2)}, "its .pair is a tuple; save list(value)"),
            ({"seen": {1}}, "its .seen is a set; save sorted(value)"),
            ({"bytes": b"x"}, "its .bytes is a bytes; save base64"),
            ({"counts": defaultdict(int)}, "its .counts is a defaultdict; save dict(value)"),
            ({"counts": OrderedDict()}, "its .counts is an OrderedDict; save dict(value)"),
            ({1: "one"}, "it has the key 1, which JSON would turn into text"),
            ({"sketch": Sketch()}, "its .sketch is a Sketch; save dataclasses.asdict(value)"),
            ([Color.RED], "its [0] is a Color"),
            ([2**53], "its [0] is a whole number of more than 53 bits"),
            ({"n": Decimal("1.5")}, "its .n is a Decimal; save str(value)"),
            ({"f": len}, "its .f is a builtin_function_or_method"),
            (circle, "it is nested too deeply, or holds itself"),
        ]
        for value, message in refused:
            with self.assertRaises(UnsavableValueError) as caught:
                to_faithful_json(value)
            self.assertIn(f"The checkpoint cannot be saved: {message}", str(caught.exception))


class ASave(unittest.TestCase):
    def test_returns_though_others_go_on_setting_values_and_these_keep_their_pace(self) -> None:
        written: list[int] = []

        def write(value: int) -> None:
            written.append(value)
            if value < 1000:
                writer.put(value + 1)

        writer = BackgroundWriter("test", write, lambda: 3600, self.fail)
        writer.put(1)
        writer.flush()
        writer.close()
        self.assertLess(len(written), 5)


class AResult(unittest.TestCase):
    def test_is_what_json_makes_of_it(self) -> None:
        @dataclass
        class Report:
            at: datetime
            rows: tuple[int, ...]
            share: float

        report = Report(datetime(2026, 1, 1, tzinfo=UTC), (1, 2), math.nan)
        written = {"at": "2026-01-01T00:00:00+00:00", "rows": [1, 2], "share": None}
        self.assertEqual(json.loads(to_result_json(report)), written)
        self.assertEqual(to_result_json({"é": {1: Decimal("0.1")}}), '{"é":{"1":"0.1"}}')
        self.assertEqual(json.loads(to_result_json("\ud800")), "\ud800")
        to_result_json("\ud800").encode()

    def test_that_has_no_json_fails_for_good(self) -> None:
        circle: list[Any] = []
        circle.append(circle)
        for value in (object(), {(1, 2): 3}, circle, base64.b64encode(b"x")):
            with self.assertRaises(PermanentJobError):
                to_result_json(value)


@dataclass
class Column:
    name: str
    kind: Literal["number", "text"] = "number"


@dataclass
class Table:
    columns: list[Column]
    rate: float = 0.5
    limit: int | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.rate > 1:
            raise ValueError("rate must be at most 1")


@dataclass
class Booking:
    id: UUID
    at: datetime
    day: date
    hour: time
    names: Sequence[str]
    counts: Mapping[str, int]
    seen: set  # type: ignore[type-arg]


class AnInput(unittest.TestCase):
    def problems(self, kind: Any, event: Any) -> list[str]:
        with self.assertRaises(InvalidInputError) as caught:
            validate_input(kind, event)
        return [str(problem) for problem in caught.exception.problems]

    def test_becomes_a_dataclass_and_those_within_it(self) -> None:
        event = {"columns": [{"name": "a", "kind": "text"}], "rate": 1, "limit": 7.0}
        self.assertEqual(validate_input(Table, event), Table([Column("a", "text")], 1.0, 7))
        self.assertIs(type(validate_input(Table, event).limit), int)

    def test_that_does_not_fit_names_every_problem_with_its_path(self) -> None:
        event = {"columns": [{"name": 1}, {"kind": "date", "nmae": "x"}], "rate": True, "limit": "7", "tags": {"a": 1}}
        self.assertEqual(
            sorted(self.problems(Table, event)),
            [
                "columns[0].name: must be a text, not 1",
                'columns[1].kind: must be one of "number", "text", not "date"',
                "columns[1].name: is missing",
                "columns[1].nmae: is no field of it; there are name, kind",
                'limit: must be a whole number, not "7"',
                "rate: must be a number, not true",
                "tags.a: must be a text, not 1",
            ],
        )
        self.assertEqual(self.problems(Table, []), ["must be an object with columns, rate, limit, tags, not []"])
        self.assertEqual(self.problems(Table, {"columns": [], "rate": 2}), ["rate must be at most 1"])

    def test_has_values_of_other_types_from_their_text(self) -> None:
        given = {
            "id": "12345678-1234-5678-1234-567812345678",
            "at": "2026-01-02T03:04:05Z",
            "day": "2026-01-02",
            "hour": "03:04",
            "names": ["a"],
            "counts": {"a": 1},
            "seen": [1, 1],
        }
        booking = validate_input(Booking, given)
        self.assertEqual((str(booking.id), booking.at), (given["id"], datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)))
        self.assertEqual((booking.day, booking.hour), (date(2026, 1, 2), time(3, 4)))
        self.assertEqual((booking.names, booking.counts, booking.seen), (["a"], {"a": 1}, {1}))
        wrong = {"id": 7, "at": "today", "day": 1, "hour": None, "names": "a", "counts": {"a": "b"}, "seen": [{}]}
        problems = self.problems(Booking, wrong)
        self.assertEqual([one.partition(":")[0] for one in problems], [*[*given][:5], "counts.a", "seen"])

    def test_is_what_a_function_makes_of_it(self) -> None:
        self.assertEqual(validate_input(int, "7"), 7)
        self.assertIn("invalid literal", self.problems(int, "x")[0])

    def test_is_what_a_pydantic_model_makes_of_it(self) -> None:
        try:
            import pydantic
        except ImportError:
            self.skipTest("pydantic is not installed")
        Model = pydantic.create_model("Model", key=(str, ...), sizes=(list[int], ...))
        self.assertEqual(validate_input(Model, {"key": "a", "sizes": ["1"]}).sizes, [1])
        problems = self.problems(Model, {"sizes": [1, "x"]})
        self.assertEqual(problems[0], "key: Field required")
        self.assertTrue(problems[1].startswith("sizes[1]: Input should be a valid integer"), problems)
