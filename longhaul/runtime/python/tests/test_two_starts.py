"""Two starts of one execution, whose requests to S3 come in each other's way: tests/runtime/two-starts.ts in threads."""

from __future__ import annotations

import json
import threading
import unittest
from collections.abc import Callable
from typing import Any

from longhaul import Job
from longhaul.attempt import Attempt
from longhaul.entry import Content, compose_entry
from longhaul.environment import JobEnvironment, Launch, S3Address
from longhaul.log import Log
from longhaul.memory_objects import MemoryObjects
from longhaul.memory_source import MemorySource
from longhaul.outcome import Outcome
from longhaul.stop import Interrupts, Stop

PLACE = S3Address("artifacts", "executions/model/")
STATE = PLACE.below("checkpoint/state.json")
RESULT = PLACE.below("result.json")


class Paused(MemoryObjects):
    """The S3 of one start, on what another one has as well: stops before its request ``pause``, until it is told to go on."""

    def __init__(self, shared: MemoryObjects, pause: int) -> None:
        super().__init__()
        self.stored = shared.stored
        self._lock = shared._lock
        self.requests = 0
        self.results: set[bytes] = set()
        self.paused_or_over = threading.Event()
        self.go_on = threading.Event()
        for name in ("get", "put", "copy", "delete", "list"):
            setattr(self, name, self._counted(getattr(super(), name), pause))

    def _counted(self, request: Callable[..., Any], pause: int) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            self.requests += 1
            if self.requests == pause:
                self.paused_or_over.set()
                self.go_on.wait()
            if arguments[0] == RESULT and len(arguments) > 1:
                self.results.add(arguments[1])
            return request(*arguments)

        return counted


class Start:
    """A start in a thread of its own; its handler returns its interruptions."""

    def __init__(self, shared: MemoryObjects, interruptions: int, pause: int = 0) -> None:
        self.objects = Paused(shared, pause)
        self.worked = False
        self.outcome: Outcome | None = None
        stop = Stop()
        self._attempt = Attempt(
            Job("model", self._work),
            JobEnvironment("model", Launch("model", 1, interruptions), "{}", 3, PLACE),
            self.objects,
            MemorySource({}),
            Log({}, sink=lambda _level, _line: None),
            stop,
            Interrupts(stop),
        )
        self._interruptions = interruptions
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self.objects.paused_or_over.wait()

    def end(self) -> Outcome | None:
        self.objects.go_on.set()
        self._thread.join()
        return self.outcome

    def _work(self, _context: Any) -> dict[str, int]:
        self.worked = True
        return {"by": self._interruptions}

    def _run(self) -> None:
        try:
            self.outcome = self._attempt.run()
        finally:
            self.objects.paused_or_over.set()


class TwoStarts(unittest.TestCase):
    def everywhere(self, left: dict[S3Address, bytes], first: int = 0, second: int = 1) -> None:
        """One waits before its nth request while the other comes as far as its mth; then the first ends, and the second."""
        for n in range(1, 12):
            for m in range(1, 12):
                with self.subTest(first_waits_before=n, second_waits_before=m):
                    shared = MemoryObjects()
                    for address, body in left.items():
                        shared.put(address, body, "")
                    older, newer = Start(shared, first, n), Start(shared, second, m)
                    outcomes = [older.end(), newer.end()]
                    self.assertIn(Outcome.DONE, outcomes)
                    self.assertLessEqual(set(outcomes), {Outcome.DONE, Outcome.SUPERSEDED})
                    if first != second:
                        self.assertEqual(outcomes[1], Outcome.DONE)
                    published = shared.stored[RESULT].body
                    self.assertEqual({published}, older.objects.results | newer.objects.results)
                    after = Start(shared, 9)
                    self.assertEqual((after.end(), after.worked), (Outcome.DONE, False))
                    self.assertEqual(shared.stored[RESULT].body, published)

    def test_lose_no_result_and_fail_none(self) -> None:
        self.everywhere({})

    def test_under_the_same_numbers_lose_no_result_and_fail_none(self) -> None:
        self.everywhere({}, first=0, second=0)

    def test_that_find_a_result_publish_it(self) -> None:
        entry = compose_entry(Launch("model", 1, 0), "earlier", 3, Content(result=json.dumps({"by": 0})))
        self.everywhere({STATE: entry}, first=1, second=2)
