"""From columns to a matrix: numbers standardised, texts as one column per category."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy
from longhaul import PermanentJobError

from data_set import Column

#: More are names or ids rather than categories.
_CATEGORIES = 50


@dataclass
class Features:
    names: list[str] = field(default_factory=list)
    columns: list[numpy.ndarray] = field(default_factory=list)
    ignored: list[dict[str, str]] = field(default_factory=list)
    means: numpy.ndarray = field(default_factory=lambda: numpy.empty(0))
    scales: numpy.ndarray = field(default_factory=lambda: numpy.empty(0))

    @property
    def matrix(self) -> numpy.ndarray:
        return numpy.asarray((numpy.column_stack(self.columns) - self.means) / self.scales)

    def _add(self, name: str, values: numpy.ndarray) -> None:
        self.names.append(name)
        self.columns.append(values.astype(float))


def encode(columns: list[Column], training: numpy.ndarray) -> Features:
    """
    What is learnt of a column (its mean, its categories) is learnt of the `training` rows only. A number that is missing
    is the mean, and a column of its own says that it was missing; a text that is missing is a category.

    :raises PermanentJobError: when no column tells anything
    """
    features = Features()
    for column in columns:
        _encode(column, training, features)
    if not features.columns:
        reasons = "; ".join(f"{one['name']}: {one['reason']}" for one in features.ignored)
        raise PermanentJobError(f"There is nothing to learn from ({reasons or 'the target is the only column'})")
    known = numpy.column_stack(features.columns)[training]
    features.means, features.scales = known.mean(axis=0), known.std(axis=0)
    features.scales[features.scales == 0] = 1.0
    return features


def _encode(column: Column, training: numpy.ndarray, features: Features) -> None:
    def ignore(reason: str) -> None:
        features.ignored.append({"name": column.name, "reason": reason})

    missing = column.missing
    known = column.values[training & ~missing]
    if len(known) == 0:
        return ignore("it has no values")
    if column.is_numeric:
        constant = bool(numpy.all(known == known[0]))
        if constant and not missing[training].any():
            return ignore(f"it is always {known[0]:g}")
        if not constant:
            features._add(column.name, numpy.where(missing, known.mean(), column.values))
        if missing[training].any():
            features._add(f"{column.name} is missing", missing)
        return None
    counts = Counter(str(value) for value in known)
    if len(counts) > _CATEGORIES:
        return ignore(
            f"it is text with {len(counts):,} different values, and no more than {_CATEGORIES} are categories"
        )
    # By number, then by name: the same columns whatever the order of rows. Two categories need one column.
    names = sorted(counts, key=lambda name: (-counts[name], name))
    if missing[training].any():
        features._add(f"{column.name} is missing", missing)
    elif len(names) == 1:
        return ignore(f"it is always {names[0]!r}")
    for name in names[:1] if len(names) == 2 else names if len(names) > 2 else []:
        features._add(f"{column.name} = {name}", numpy.equal(column.values, name))
    return None
