"""The work of my-job, and the image's entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from longhaul import JobContext, job


@dataclass
class Input:
    name: str
    times: int = 5
    scheduleArn: str | None = None  # this and the next where a schedule starts it
    scheduledTime: str | None = None


@job("my-job", input=Input)
def work(ctx: JobContext[Input]) -> dict[str, Any]:
    """Greets, and goes on where it was when its capacity was taken away."""
    greeted = ctx.checkpoint.load({"greeted": 0})["greeted"]  # what the last start saved
    while greeted < ctx.input.times:
        ctx.sleep(0.2)  # told to stop: it raises, and the next start goes on from the checkpoint
        greeted += 1
        ctx.log.info(f"Hello, {ctx.input.name}!")
        ctx.checkpoint.set({"greeted": greeted})  # cheap; written in the background, and before the container ends
        ctx.progress(greeted, ctx.input.times)
    return {"greeting": f"Hello, {ctx.input.name}!", "times": greeted}


if __name__ == "__main__":
    work.run()
