"""How often taking a checkpoint may interrupt the work."""

from __future__ import annotations

#: Of the job's time, what taking checkpoints may cost.
_SHARE = 0.02
#: Seconds that may be spent at once after a while without: a burst of small checkpoints is taken in full.
_SAVINGS = 0.02
#: Seconds of credit after which it goes on, so that a small state is not timed call by call.
_RESUME = 0.001


class SnapshotBudget:
    """
    Says when ``checkpoint.set`` may take another snapshot: often while they are cheap, rarely when one of a large state
    takes long. So what the last calls before a stop lose is at most 1/SHARE times the cost of a snapshot.
    """

    def __init__(self, now: float) -> None:
        """``now``: seconds on any clock that does not jump."""
        self._credit = _SAVINGS
        self._at = now

    def spend(self, cost: float, now: float) -> float:
        """Seconds to wait before the next snapshot, after one that ended at ``now`` and took ``cost``."""
        self._credit = min(_SAVINGS, self._credit + (now - self._at) * _SHARE) - cost
        self._at = now
        return 0.0 if self._credit > 0 else (_RESUME - self._credit) / _SHARE
