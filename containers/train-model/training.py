"""Mini-batch gradient descent with Adam (Kingma and Ba, 2015), a step at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy

from device import to_host

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8
#: Losses of epochs that are kept.
_HISTORY = 1000


@dataclass
class Settings:
    model: Literal["linear", "logistic"]
    batch: int
    rate: float
    decay: float
    seed: int


class Training:
    """
    All that changes is in `state()`, so that a training that goes on from there ends with the same bits. The order of the
    rows is drawn anew for each epoch: of the random state only the one at the epoch's beginning is kept, with the position.
    """

    def __init__(self, xp: Any, x: numpy.ndarray, y: numpy.ndarray, settings: Settings) -> None:
        """`x`: rows by features; `y`: rows by outputs (one number, or 0 and 1 for each class)."""
        self._xp = xp
        self._settings = settings
        # The last column is the bias.
        self._x = xp.asarray(numpy.column_stack([x, numpy.ones(len(x))]))
        self._y = xp.asarray(y)
        shape = (self._x.shape[1], y.shape[1])
        self.weights, self._first, self._second = (xp.zeros(shape) for _ in range(3))
        self.step = 0
        self.epoch = 0
        self.position = 0
        self.losses: list[float] = []
        self._loss = 0.0
        self._random = numpy.random.PCG64(settings.seed)
        self._draw()

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self._x) // self._settings.batch)

    def advance(self) -> None:
        """One step; at the end of the data the next epoch begins."""
        xp, settings = self._xp, self._settings
        rows = self._order[self.position * settings.batch : (self.position + 1) * settings.batch]
        x, y = self._x[rows], self._y[rows]
        predicted = predict(xp, settings.model, x, self.weights)
        self._loss += float(loss(xp, settings.model, predicted, y).sum())
        gradient = x.T @ (predicted - y) / len(x) + settings.decay * self.weights
        self.step += 1
        self._first = _BETA1 * self._first + (1 - _BETA1) * gradient
        self._second = _BETA2 * self._second + (1 - _BETA2) * gradient**2
        first = self._first / (1 - _BETA1**self.step)
        second = self._second / (1 - _BETA2**self.step)
        self.weights = self.weights - settings.rate * first / (xp.sqrt(second) + _EPSILON)
        self.position += 1
        if self.position == self.steps_per_epoch:
            self.losses = [*self.losses[1 - _HISTORY :], self._loss / len(self._x)]
            self.epoch, self.position, self._loss = self.epoch + 1, 0, 0.0
            self._draw()

    @property
    def is_finite(self) -> bool:
        numbers = [self.weights, self._first, self._second]
        return all(numpy.isfinite(to_host(one)).all() for one in numbers) and bool(numpy.isfinite(self.losses).all())

    def state(self) -> dict[str, Any]:
        """JSON that keeps every bit: floats as they are, the whole numbers of 128 bits of the random state as text."""
        return {
            "weights": to_host(self.weights).tolist(),
            "first": to_host(self._first).tolist(),
            "second": to_host(self._second).tolist(),
            "step": self.step,
            "epoch": self.epoch,
            "position": self.position,
            "losses": list(self.losses),
            "loss": self._loss,
            "random": {
                **self._drawn_from,
                "state": {name: str(word) for name, word in self._drawn_from["state"].items()},
            },
        }

    def restore(self, state: dict[str, Any]) -> None:
        xp = self._xp
        self.weights, self._first, self._second = (
            xp.asarray(numpy.array(state[name], dtype=float)) for name in ("weights", "first", "second")
        )
        self.step, self.epoch, self.position = state["step"], state["epoch"], state["position"]
        self.losses, self._loss = list(state["losses"]), state["loss"]
        random = state["random"]
        self._random.state = {**random, "state": {name: int(word) for name, word in random["state"].items()}}
        self._draw()

    def _draw(self) -> None:
        self._drawn_from: Any = self._random.state
        self._order = self._xp.asarray(numpy.random.Generator(self._random).permutation(len(self._x)))


def predict(xp: Any, model: str, x: Any, weights: Any) -> Any:
    """Numbers, or a probability for each class. The last of the weights is the bias."""
    scores = x @ weights
    if model == "linear":
        return scores
    powers = xp.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def loss(xp: Any, model: str, predicted: Any, y: Any) -> Any:
    """Of each row: half the squared error, or the cross-entropy."""
    if model == "linear":
        return ((predicted - y) ** 2).sum(axis=1) / 2
    return -(y * xp.log(xp.maximum(predicted, 1e-300))).sum(axis=1)
