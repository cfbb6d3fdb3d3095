"""The end of a checkpoint, when the result is published."""

from __future__ import annotations

from .environment import S3Address
from .fence import Fence
from .objects import ObjectStore


def remove_checkpoint(objects: ObjectStore, artifacts: S3Address, fence: Fence) -> None:
    """The fence last: while it is there, a start that comes after this one finds the result."""
    for key in list(objects.list(artifacts.below("checkpoint/"))):
        if key != fence.address.key:
            objects.delete(S3Address(artifacts.bucket, key))
    fence.remove()
