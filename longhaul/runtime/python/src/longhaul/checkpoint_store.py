"""A checkpoint as one write: the files that are new, then the entry that names them."""

from __future__ import annotations

from .checkpoint import Snapshot
from .checkpoint_files import CheckpointFiles
from .entry import Content
from .fence import Fence


def store_checkpoint(snapshot: Snapshot, files: CheckpointFiles, fence: Fence) -> None:
    """:raises SupersededError: when a newer start has taken over"""
    if fence.superseded:
        raise fence.superseded  # nobody would remove the files that were stored now
    if files.current and not files.previous and snapshot.scan != files.saved:
        files.previous = fence.previous_content().files
    entries = files.store(snapshot.scan)
    fence.write(Content(snapshot.state, entries))
    files.written(snapshot.scan, entries)
