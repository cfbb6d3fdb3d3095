"""What the last start left: claimed, and brought back."""

from __future__ import annotations

from collections.abc import Callable

from .checkpoint_files import CheckpointFiles
from .entry import Content, UnreadableError
from .fence import Fence
from .log import Log


def claim(fence: Fence, published: Callable[[], str | None]) -> Content:
    """
    Takes over what the last start left. Where that is nothing, the result that ``published`` finds: the fence goes last,
    so no fence but a result means that the job is done. It is looked for after the claim, since another start may
    publish and end until then.

    :raises SupersededError: when a later start was here before
    """
    inherited = fence.claim()
    return Content(result=published()) if inherited.is_empty else inherited


def restore(inherited: Content, fence: Fence, files: CheckpointFiles, log: Log) -> Content:
    """With its files in the directory, or the checkpoint before it with its own."""
    try:
        files.restore(inherited.files)
        return inherited
    except UnreadableError as error:
        before = fence.previous(str(error))
    try:
        files.restore(before.files)
        return before
    except UnreadableError as error:
        log.warn(f"The checkpoint before it is left as well ({error}): the job starts from the beginning")
        files.restore(())
        return Content()
