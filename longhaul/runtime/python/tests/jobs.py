"""The jobs that the tests run as processes: python3 jobs.py NAME. SIGUSR2 lets a job that says "waiting" go on."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from longhaul import HookContext, JobContext, JobStop, PermanentJobError, TransientJobError, job

Context = JobContext[Any]
ordered = threading.Event()
signal.signal(signal.SIGUSR2, lambda *_: ordered.set())


def next_order(ctx: Context) -> None:
    ctx.log.info("waiting")
    ordered.wait()
    ordered.clear()


def deaf() -> None:
    while True:
        time.sleep(1)


def echo(ctx: Context) -> Any:
    return {
        "input": ctx.input,
        "event": ctx.event,
        "attempt": ctx.attempt,
        "maxAttempts": ctx.max_attempts,
        "interruptions": ctx.interruptions,
        "executionId": ctx.execution_id,
        "uri": ctx.artifacts.uri,
    }


def nothing(ctx: Context) -> None:
    print("a line of print")


def count(ctx: Context) -> Any:
    """Counts from its checkpoint on until it is told to end, and leaves the processor to others in between."""
    step = start = ctx.checkpoint.load({"step": 0})["step"]
    ctx.log.info("from", step=start)
    while not ordered.wait(0.001):
        step += 1
        ctx.checkpoint.set({"step": step})
        try:
            ctx.raise_if_stopping()
        except JobStop:
            ctx.log.info("stopping", step=step)
            raise
    return {"from": start, "to": step}


def half_changed(ctx: Context) -> None:
    """Sets one object over and over, more often than checkpoints are taken of it; then changes it half and is deaf."""
    state = {"offset": 0, "sum": 0, "filler": [index / 7 for index in range(10_000)]}
    for _ in range(1000):
        state["offset"] += 1  # type: ignore[operator]
        state["sum"] += 1  # type: ignore[operator]
        ctx.checkpoint.set(state)
    state["offset"] += 1  # type: ignore[operator]
    next_order(ctx)
    deaf()


def saves_on(ctx: Context) -> None:
    """Goes on saving files of its own, whatever becomes of it."""
    ctx.checkpoint.save({"step": 0})
    next_order(ctx)
    for step in range(1, 6):
        (ctx.checkpoint.directory / "model").write_text(f"of step {step}")
        with contextlib.suppress(JobStop):
            ctx.checkpoint.save({"step": step})
    ctx.raise_if_stopping()


def saved_then_deaf(ctx: Context) -> None:
    ctx.checkpoint.save({"step": 7})
    next_order(ctx)
    deaf()


def waits_then_returns(ctx: Context) -> Any:
    inherited = ctx.checkpoint.load()
    next_order(ctx)
    print("going on")
    return {"attempt": ctx.attempt, "interruptions": ctx.interruptions, "inherited": inherited}


def hears_real_time_signals(ctx: Context) -> None:
    signal.signal(signal.SIGRTMIN + 6, lambda *_: None)
    signal.raise_signal(signal.SIGRTMIN + 6)
    ctx.log.info("waiting")
    ctx.stop.wait()
    ctx.raise_if_stopping()


def returns_when_stopped(ctx: Context) -> str:
    ctx.log.info("waiting")
    ctx.stop.wait()
    return "finished in time"


def interruptible(ctx: Context) -> None:
    """Cannot ask whether it is to stop, but has a part that must not be cut in two."""
    step = 0
    with ctx.interruptible():
        while True:
            with ctx.uninterrupted():
                half = step + 1
                time.sleep(0.01)
                step = half
                ctx.checkpoint.set({"step": step, "half": half})
            if step == 3:
                ctx.log.info("waiting")
            try:
                time.sleep(0.01 if step < 10 else 600)
            except Exception:  # a stop is none
                raise AssertionError("swallowed") from None


def progress(ctx: Context) -> None:
    ctx.progress(1, 1000, "reading")
    next_order(ctx)
    for done in range(2, 1001):
        ctx.progress(done, 1000, "reading")


def adds_artifacts(ctx: Context) -> Any:
    ctx.artifacts.put("report.html", "<h1>é</h1>")
    ctx.artifacts.put("pages/1.bin", b"\1\2\3")
    try:
        ctx.artifacts.put("result.json", "{}")
        refused = ""
    except ValueError as error:
        refused = str(error)
    return {"own": list(ctx.artifacts.get("pages/1.bin") or b""), "none": ctx.artifacts.get("none"), "refused": refused}


def permanent(ctx: Context) -> None:
    ctx.checkpoint.set({"step": 3})
    raise PermanentJobError("Row 7 is not a number")


def transient(ctx: Context) -> None:
    raise TransientJobError("The supplier is away") from ConnectionError("192.0.2.1")


def unsavable(ctx: Context) -> None:
    ctx.checkpoint.set({"columns": [{"mean": 1}, {"mean": float("nan")}]})


def exits(ctx: Context) -> None:
    sys.exit(0)


def thread_dies(ctx: Context) -> None:
    def work() -> None:
        raise KeyError("nobody waits for this")

    ctx.checkpoint.set({"step": 5})
    threading.Thread(target=work).start()
    deaf()


def leaves_a_thread(ctx: Context) -> str:
    threading.Thread(target=deaf).start()
    return "done"


def broken_by_stop(ctx: Context) -> None:
    ctx.checkpoint.set({"step": 8})
    ctx.log.info("waiting")
    ctx.stop.wait()
    raise ConnectionError("Premature close")


def ends_a_child(ctx: Context) -> Any:
    """A process that was forked ends by the SIGTERM of `terminate`, and tells nobody here of it."""
    child = get_context("fork").Process(target=deaf)
    child.start()
    child.terminate()
    child.join()
    time.sleep(0.2)
    return {"exitcode": child.exitcode, "stopping": ctx.stopping}


def files(ctx: Context) -> Any:
    """Writes a file per step, and saves it with its number; at SIGTERM the last step is saved by the runtime."""
    step = ctx.checkpoint.load(0)
    seen = {path.name: path.read_text() for path in sorted(ctx.checkpoint.directory.iterdir())}
    ctx.log.info("found", files=seen, step=step)
    while step < 20:
        step += 1
        (ctx.checkpoint.directory / "model").write_text(f"model {step}")
        (ctx.checkpoint.directory / f"part-{step % 3}").write_text(f"part {step}")
        if step % 3 == 0:
            ctx.checkpoint.save(step)
        else:
            ctx.checkpoint.set(step)
        if step == 5 and ctx.interruptions == 0:
            ctx.log.info("waiting")
            ctx.stop.wait()
        ctx.raise_if_stopping()
    return step


def mirrored_files(ctx: Context) -> Any:
    """The same as the job "files" of the TypeScript runtime's tests."""
    step = ctx.checkpoint.load({"step": 0})["step"]
    folder = ctx.checkpoint.directory

    def contents() -> dict[str, str]:
        return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}

    ctx.log.info("restored", step=step, files=contents())
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model/weights.bin").write_text(f"of step {step + 1}")
    (folder / "constant").write_text("always the same")
    ctx.checkpoint.save({"step": step + 1})
    (folder / "log.txt").write_text(f"until step {step + 2}")
    ctx.checkpoint.set({"step": step + 2})
    if ctx.input == "end":
        return contents()
    ctx.log.info("waiting")
    ctx.stop.wait()
    return ctx.raise_if_stopping()


def comes_up_slowly(ctx: Context) -> None:
    deaf()


def hooked(ctx: Context) -> str:
    if ctx.input == "wait":
        next_order(ctx)
        raise TransientJobError("The supplier is away")
    return "done"


def say(hook: str, ctx: HookContext) -> None:
    """Says that the hook was called; told so, it then never ends."""
    ctx.log.info(hook)
    if sys.argv[2:] == [f"hang in {hook}"]:
        deaf()


@dataclass
class Upload:
    bucket: str
    sizes: list[int]


if __name__ == "__main__":
    name = sys.argv[1]
    if name == "upload":
        job("upload", input=Upload)(lambda ctx: {"sizes": ctx.input.sizes}).run()
    if name == "comes-up-slowly":
        time.sleep(3)
    work = job(name, checkpoint_interval_seconds=0.05)(globals()[name.replace("-", "_")])
    if name == "hooked":
        work.on_start(lambda ctx: say("onStart", ctx))
        work.on_complete(lambda result, ctx: say("onComplete", ctx))
        work.on_failed(lambda error, ctx: say("onFailed", ctx))
        work.on_dead_letter(lambda error, ctx: say("onDeadLetter", ctx))
    work.run()
