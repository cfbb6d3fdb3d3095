"""The same work as main.ts."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from typing import Any

from longhaul import JobContext, PermanentJobError, job

INTERVAL_SECONDS = 0.5


@dataclass
class Input:
    seed: int
    records: int
    trail: str
    ledger: bool = False


@job("tally-python", input=Input, checkpoint_interval_seconds=INTERVAL_SECONDS)
def tally(ctx: JobContext[Input]) -> dict[str, Any]:
    state = ctx.checkpoint.load({"next": 0, "sum": ctx.input.seed})
    done, total = state["next"], state["sum"]
    ledger = ctx.checkpoint.directory / "ledger" if ctx.input.ledger else None
    lines = None
    if ledger:
        lines = ledger.open("ab", buffering=0)
        if (found := ledger.read_bytes().count(b"\n")) != done:
            raise PermanentJobError(f"{found} records in the ledger, not {done}")
    saved = time.monotonic()
    trail = os.open(ctx.input.trail, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(trail, f"start {ctx.interruptions} {os.getpid()}\n".encode())
    while done < ctx.input.records:
        total = ((total ^ done) * 0x9E3779B1 + 0x7F4A7C15) & 0xFFFFFFFF
        os.write(trail, f"{done} {time.time_ns() // 1_000_000}\n".encode())
        if lines:
            lines.write(f"{total}\n".encode())
        done += 1
        ctx.checkpoint.set({"next": done, "sum": total})
        ctx.progress(done, ctx.input.records)
        ctx.raise_if_stopping()
        if lines and time.monotonic() - saved > INTERVAL_SECONDS:
            ctx.checkpoint.save()
            saved = time.monotonic()
        if done % 8 == 0:
            time.sleep(0.003)
    os.close(trail)
    sha256 = hashlib.sha256(ledger.read_bytes()).hexdigest() if ledger else None
    return {"sum": total, "interruptions": ctx.interruptions, "ledger": sha256}


if __name__ == "__main__":
    tally.run()
