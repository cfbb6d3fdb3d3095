"""The job: a name, the type of its input, and the function that does its work."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Generic, NoReturn, TypeVar, overload

from .context import JobContext
from .hooks import HookContext

Input = TypeVar("Input")
Result = TypeVar("Result")

#: As in TypeScript: 80 characters of an execution's name (StartExecution) less a hash and a count of resumptions.
_NAME_LENGTH = 43


class Job(Generic[Input, Result]):
    """Made by ``@job``; called like the function that it decorates."""

    def __init__(
        self,
        name: str,
        handler: Callable[[JobContext[Input]], Result],
        input: type[Input] | Callable[[Any], Input] | None = None,
        checkpoint_interval_seconds: float = 5,
    ) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name) or len(name) > _NAME_LENGTH:
            raise ValueError(
                f"A job's name is at most {_NAME_LENGTH} lower-case letters, digits and hyphens, a letter first; got {name!r}"
            )
        self.name = name
        self.handler = handler
        self.input = input
        self.checkpoint_interval_seconds = checkpoint_interval_seconds
        #: By name: ``on_start``, …
        self.hooks: dict[str, Callable[..., object]] = {}
        self.__doc__ = handler.__doc__

    def __call__(self, context: JobContext[Input]) -> Result:
        return self.handler(context)

    def on_start(self, hook: Callable[[HookContext], object]) -> Callable[[HookContext], object]:
        """
        Before the handler, with each start. This and the other hooks are decorators; each is waited for at most ten
        seconds, an error in one is logged and changes nothing, and each may come twice.

        @resize.on_failed
        def tell(error: BaseException, ctx: HookContext) -> None: …
        """
        return self._hook("on_start", hook)

    def on_interrupt(self, hook: Callable[[BaseException, HookContext], object]) -> Callable[..., object]:
        """After SIGTERM, when the checkpoint is saved. Another start follows."""
        return self._hook("on_interrupt", hook)

    def on_complete(self, hook: Callable[[Any, HookContext], object]) -> Callable[..., object]:
        """The result is stored; the hook gets it as result.json has it."""
        return self._hook("on_complete", hook)

    def on_failed(self, hook: Callable[[BaseException, HookContext], object]) -> Callable[..., object]:
        """This attempt failed, or ran out of time, and another follows."""
        return self._hook("on_failed", hook)

    def on_dead_letter(self, hook: Callable[[BaseException, HookContext], object]) -> Callable[..., object]:
        """It failed for good: by a ``PermanentJobError``, or on the last attempt."""
        return self._hook("on_dead_letter", hook)

    def _hook(self, name: str, hook: Callable[..., object]) -> Callable[..., object]:
        self.hooks[name] = hook
        return hook

    def run(self) -> NoReturn:
        """
        Does the work of the container that this process is, and ends the process: with 0 when the handler returned and
        its result is stored, 65 after a ``PermanentJobError`` or invalid input, 75 after SIGTERM, 124 at the time limit,
        76 when a newer start took over, and 1 after any other error. From the main thread.
        """
        from .run import run_job

        run_job(self)


@overload
def job(
    name: str, *, checkpoint_interval_seconds: float = 5
) -> Callable[[Callable[[JobContext[Any]], Result]], Job[Any, Result]]: ...


@overload
def job(
    name: str, *, input: type[Input] | Callable[[Any], Input], checkpoint_interval_seconds: float = 5
) -> Callable[[Callable[[JobContext[Input]], Result]], Job[Input, Result]]: ...


def job(
    name: str,
    *,
    input: type[Any] | Callable[[Any], Any] | None = None,
    checkpoint_interval_seconds: float = 5,
) -> Callable[[Callable[[JobContext[Any]], Result]], Job[Any, Result]]:
    """
    Declares a job. What the function returns becomes ``result.json``.

    ``input`` is a dataclass, a pydantic model or a function of the event; without it the handler gets the event itself.
    ``checkpoint_interval_seconds``: between two checkpoints that are written in the background: what a SIGKILL may cost.

    @job("resize", input=Picture)
    def resize(ctx: JobContext[Picture]) -> dict[str, int]:
        …

    if __name__ == "__main__":
        resize.run()
    """
    return lambda handler: Job(name, handler, input, checkpoint_interval_seconds)
