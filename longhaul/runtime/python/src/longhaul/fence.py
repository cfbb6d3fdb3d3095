"""The one object by which starts of the same execution exclude each other: checkpoint/state.json."""

from __future__ import annotations

import contextlib
import random
import threading
import time
import uuid
from collections.abc import Callable

from .entry import Content, Entry, UnreadableError, compose_entry, parse_entry
from .environment import Launch, S3Address
from .errors import SupersededError
from .launch import describe_launch, is_later
from .objects import Condition, ConditionError, ObjectStore, StoredObject

#: Of looking again and retrying. A claim competes with an older start that still writes every few seconds.
_ROUNDS = 20


class Fence:
    """
    Every start claims the object with a write of its own, and every later write says which content it replaces; so a
    container that lost its host but still runs cannot overwrite what its successor wrote: S3 refuses its next write.
    ``writer`` and ``write`` make every content different, and with it the ETag: nobody's condition can hold by accident.
    The protocol is docs/checkpoint.md's, which the TypeScript runtime follows as well.
    """

    def __init__(
        self, objects: ObjectStore, artifacts: S3Address, launch: Launch, fell_back: Callable[[str], None]
    ) -> None:
        self.address = artifacts.below("checkpoint/state.json")
        self.writer = str(uuid.uuid4())
        #: Set when a newer start has taken over: nothing may be written any more.
        self.superseded: SupersededError | None = None
        self._previous = artifacts.below("checkpoint/previous.json")
        self._objects = objects
        self._launch = launch
        self._fell_back = fell_back
        self._writes = 0
        self._etag: str | None = None
        #: What comes after the result is written is no checkpoint to go on from.
        self._has_result = False
        #: Whether the object holds a checkpoint that is worth keeping as the previous one.
        self._keeps = False
        self._turn = threading.Lock()

    def claim(self) -> Content:
        """
        Takes over from every earlier start, and what it left.

        :raises SupersededError: when a later start was here before
        """
        with self._turn:
            for attempt in range(_ROUNDS + 1):
                found = self._objects.get(self.address)
                content = self._inherited(found) if found else Content()
                try:
                    self._etag = self._put(content, Condition(found.etag if found else None))
                    self._keeps = content.is_checkpoint
                    return content
                except ConditionError as error:
                    # Someone wrote in between, perhaps this very request whose answer was lost: the next round sees which.
                    _wait_or_raise(error, attempt)
            raise AssertionError("unreachable")

    def previous(self, why: str) -> Content:
        """What to go on from when the files of the newest checkpoint cannot be restored."""
        self._keeps = False  # the previous one is what this start stands on: it must not be overwritten
        return self._checkpoint_before(why)

    def previous_content(self) -> Content:
        """What the previous checkpoint holds, as far as it can be read."""
        found = self._objects.get(self._previous)
        try:
            return parse_entry(found.body).content if found else Content()
        except UnreadableError:
            return Content()

    def write(self, content: Content) -> None:
        """
        Writes the checkpoint or the result; one write at a time. After the result a checkpoint is left.

        :raises SupersededError: when a newer start has taken over
        """
        with self._turn:
            if self._has_result and content.result is None:
                return
            own = self._writes + 1
            body = compose_entry(self._launch, self.writer, own, content)
            self._writes = own
            for attempt in range(_ROUNDS + 1):
                if self.superseded:
                    raise self.superseded
                held = Condition(self._etag)
                try:
                    if self._keeps and content.result is None:
                        self._objects.copy(self.address, self._previous, held)
                    self._etag = self._objects.put(self.address, body, "application/json", held)
                    break
                except ConditionError as error:
                    _wait_or_raise(error, attempt)
                if self._look_again() == own:
                    break
            self._keeps = content.is_checkpoint
            self._has_result = content.result is not None

    def confirm(self) -> None:
        """
        Looks who wrote last, for what is said in the execution's name without a write that S3 could refuse: ``superseded``
        is set when another start has taken over. When S3 cannot be read nothing is known, as before.
        """
        with self._turn, contextlib.suppress(Exception, SupersededError):
            if self._etag is not None:
                self._look_again()

    def remove(self) -> None:
        """When the result is published. One that another start has claimed is left: that start removes it."""
        with self._turn:
            for attempt in range(_ROUNDS + 1):
                try:
                    return self._objects.delete(self.address, Condition(self._etag))
                except ConditionError as error:
                    # 404: a delete that arrived and whose answer was lost, or another start was done first.
                    if error.outcome == "changed":
                        return None
                    _wait_or_raise(error, attempt)

    def _inherited(self, found: StoredObject) -> Content:
        try:
            entry = parse_entry(found.body)
        except UnreadableError as error:
            return self._checkpoint_before(str(error))
        if is_later(entry.launch, self._launch):
            raise self._supersede(entry)
        return entry.content

    def _checkpoint_before(self, why: str) -> Content:
        found = self._objects.get(self._previous)
        try:
            if found is None:
                raise UnreadableError("there is none before it")
            content = parse_entry(found.body).content
        except UnreadableError as error:
            self._fell_back(
                f"The checkpoint {self.address} is left ({why}), and so is the one before it ({error}): "
                "the job starts from the beginning"
            )
            return Content()
        self._fell_back(f"The checkpoint {self.address} is left ({why}): the job goes on from the one before it")
        return content

    def _look_again(self) -> int | None:
        """After a refused write: the number of the own write that is there. :raises SupersededError: it is another's"""
        found = self._objects.get(self.address)
        try:
            entry = parse_entry(found.body) if found else None
        except UnreadableError:
            entry = None
        if found is None or entry is None or entry.writer != self.writer:
            raise self._supersede(entry)
        # Ours: this write arrived and its answer was lost, or an earlier one did that was believed to have failed.
        self._etag = found.etag
        return entry.write

    def _put(self, content: Content, condition: Condition) -> str:
        self._writes += 1
        body = compose_entry(self._launch, self.writer, self._writes, content)
        return self._objects.put(self.address, body, "application/json", condition)

    def _supersede(self, by: Entry | None) -> SupersededError:
        own = describe_launch(self._launch)
        if self.superseded is None:
            self.superseded = SupersededError(
                f"{own} was superseded by {describe_launch(by.launch)}, which took over at {by.at}"
                if by
                else f"{own} lost its checkpoint: another start finished the execution, or somebody deleted it"
            )
        return self.superseded


def _wait_or_raise(error: ConditionError, attempt: int) -> None:
    """Returns when a refused write may be tried again; raises what was refused too often."""
    if attempt >= _ROUNDS:
        raise error
    # Two that collided must not do so again: each waits for a time of its own, up to a second.
    if error.outcome == "conflict":
        time.sleep(min(1.0, 0.02 * 2**attempt) * (0.5 + random.random() / 2))
