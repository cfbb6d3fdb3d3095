"""The process around an attempt: its environment, its signals, its end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

from .attempt import Attempt
from .environment import JobEnvironment, read_environment, started_by_longhaul, started_outside
from .errors import JobInterruptedError, JobStop, JobTimeoutError
from .job import Job
from .log import Log, LogHandler
from .objects import S3Objects
from .outcome import Outcome, judge
from .reading import S3Source
from .stop import Interrupts, Stop
from .streams import open_streams

#: When this module came up. What a job imports before it may take a while.
_LOADED = time.monotonic()
#: Seconds; a process that seems to be older when it comes here is in a container whose clocks do not agree.
_OLDEST = 600
#: Seconds that a process has to end by itself in, when the handler left threads at work.
_LINGER = 1.0
_SIGNALS: dict[int, str] = {
    signal.SIGTERM: "SIGTERM: the container is being stopped",
    signal.SIGINT: "SIGINT: somebody pressed Ctrl-C",
}


def run_job(job: Job[Any, Any]) -> NoReturn:
    """See ``Job.run``."""
    if not started_by_longhaul(os.environ):
        print(started_outside(job.name), file=sys.stderr)
        sys.exit(Outcome.REJECTED.exit_code)
    open_streams()
    log = _log_of(job)
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.WARNING, handlers=[LogHandler(log)])

    stop = Stop()
    interrupts = Interrupts(stop)
    _listen_for_signals(stop, interrupts, log)
    try:
        environment = read_environment(os.environ)
        attempt = Attempt(job, environment, S3Objects(), S3Source(), log, stop, interrupts, leave=_leave)
        _keep_time(environment, stop)
        _watch_threads(attempt, log)
        outcome = attempt.run()
    except BaseException as error:
        outcome = judge(error, stop.reason)
        log.error(str(error), exitCode=outcome.exit_code, error=error)
    _end_process(outcome, log)


def _log_of(job: Job[Any, Any]) -> Log:
    def number(name: str, least: int) -> int | str:
        value = os.environ.get(name, "")
        return int(value) if value.isdecimal() else value or least

    return Log(
        {
            "job": os.environ.get("STP_JOB_NAME", job.name),
            "id": os.environ.get("STP_EXECUTION_ID"),
            "attempt": number("STP_CURRENT_ATTEMPT", 1),
            "interruptions": number("STP_INTERRUPTIONS", 0),
        }
    )


def _listen_for_signals(stop: Stop, interrupts: Interrupts, log: Log) -> None:
    """
    As process 1 of a container a process gets no default handling of signals. Python calls handlers in the main thread,
    between two instructions of its own, which may be minutes away in native code: so a thread reads of them from a pipe.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    main = threading.main_thread().ident
    assert main is not None

    def listen() -> None:
        while True:
            for number in os.read(reader, 64):
                meaning = _SIGNALS.get(number)
                if meaning and stop.reason is None:
                    log.info(meaning)
                    stop.request(JobInterruptedError(meaning))

    def wake() -> None:
        """Makes the main thread run the handler below, out of a wait too: after any kind of stop."""
        signal.pthread_kill(main, signal.SIGTERM)

    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in _SIGNALS:
        signal.signal(number, lambda *_: interrupts.deliver())
    stop.listen(wake)
    _spare_forked_processes()
    threading.Thread(target=listen, name="longhaul-signals", daemon=True).start()


def _spare_forked_processes() -> None:
    """
    A process that the job forks (a worker of multiprocessing) ends by signals as any does, and does not tell them to this
    one. Until it has forgotten the handlers of this one its signals wait.
    """
    before: list[set[int]] = []

    def block() -> None:
        before.append({*signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)})

    def unblock() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before.pop())

    def forget() -> None:
        signal.set_wakeup_fd(-1)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        unblock()

    os.register_at_fork(before=block, after_in_parent=unblock, after_in_child=forget)


def _begun() -> float:
    """When this process began, on the monotonic clock: the service that started the container counts from there."""
    try:
        # proc_pid_stat(5): field 22 is the start in ticks since the boot; the name before it may hold anything.
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):  # another system than Linux
        return _LOADED
    return time.monotonic() - age if 0 <= age < _OLDEST else _LOADED


def _keep_time(environment: JobEnvironment, stop: Stop) -> None:
    seconds = environment.timeout_seconds
    if seconds is None:
        return

    begun = _begun()

    def end() -> None:
        time.sleep(max(0.0, begun + seconds - time.monotonic()))
        stop.request(JobTimeoutError(f"The attempt ran for its time limit of {seconds} seconds"))

    threading.Thread(target=end, name="longhaul-clock", daemon=True).start()


def _watch_threads(attempt: Attempt, log: Log) -> None:
    """An error that ends a thread of the handler's fails the attempt: nobody else would hear of it."""

    def uncaught(arguments: threading.ExceptHookArgs) -> None:
        error = arguments.exc_value
        if error is None or isinstance(error, (SystemExit, JobStop)):
            return
        name = arguments.thread.name if arguments.thread else "a thread"
        log.error(f"Uncaught exception in {name}", error=error)
        attempt.fail(error)

    threading.excepthook = uncaught


def _leave(outcome: Outcome) -> None:
    """At once, whatever is still at work."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(outcome.exit_code)


def _end_process(outcome: Outcome, log: Log) -> NoReturn:
    """By itself, and for want of that by force: threads that were left must not keep a container that costs money."""
    # Python takes its signal handlers away before it ends: a SIGTERM then would end a job that is done with 143.
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)

    def force() -> None:
        time.sleep(_LINGER)
        names = [thread.name for thread in threading.enumerate() if not thread.daemon]
        log.warn("The job left something open that would keep the process; it ends all the same", threads=names)
        _leave(outcome)

    threading.Thread(target=force, name="longhaul-end", daemon=True).start()
    sys.exit(outcome.exit_code)
