"""The job's work without AWS: python3 -m unittest, in this folder, where the package longhaul is installed."""

from __future__ import annotations

import unittest
from typing import Any
from unittest.mock import MagicMock

from longhaul import JobContext
from main import Input, work


def context(given: Input, checkpoint: Any = None) -> MagicMock:
    """What the job is given by its runtime, after an earlier start has saved this checkpoint."""
    made = MagicMock(spec=JobContext, input=given, checkpoint=MagicMock(), log=MagicMock(), progress=MagicMock())
    made.checkpoint.load.side_effect = lambda default=None: default if checkpoint is None else checkpoint
    return made


class MyJobTest(unittest.TestCase):
    def test_it_greets_as_often_as_it_is_told_to(self) -> None:
        given = context(Input(name="you", times=2))
        self.assertEqual(work(given), {"greeting": "Hello, you!", "times": 2})
        self.assertEqual(given.log.info.call_count, 2)

    def test_it_goes_on_where_it_was(self) -> None:
        given = context(Input(name="you", times=5), checkpoint={"greeted": 3})
        self.assertEqual(work(given), {"greeting": "Hello, you!", "times": 5})
        self.assertEqual(given.log.info.call_count, 2)


if __name__ == "__main__":
    unittest.main()
