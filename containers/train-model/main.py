"""Fits a model to a CSV data set by mini-batch gradient descent; ends with the same bits however often it is interrupted."""

from __future__ import annotations

import hashlib
import io
import json
import os
from dataclasses import asdict, dataclass
from typing import Any, Literal

# Before NumPy is loaded: sums in several threads end in other bits on machines with another number of processors.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import numpy
from longhaul import JobContext, PermanentJobError, UnsavableValueError, job

from data_set import Column, open_source, read_columns
from device import choose_device, to_host
from features import Features, encode
from training import Settings, Training, loss, predict

#: More are numbers rather than classes.
_CLASSES = 100
_FEWEST_ROWS = 10


@dataclass
class Input:
    """docs/python.md says what each means; job.ts says the same to the API."""

    target: str
    bucket: str | None = None
    key: str | None = None
    data: str | None = None
    features: list[str] | None = None
    model: Literal["auto", "linear", "logistic"] = "auto"
    epochs: int = 20
    batch: int = 64
    rate: float = 0.01
    decay: float = 0.0
    holdout: float = 0.2
    seed: int = 0
    device: Literal["auto", "cpu", "gpu"] = "cpu"

    def __post_init__(self) -> None:
        if (self.data is None) != (self.bucket is not None and self.key is not None):
            raise ValueError("needs either bucket and key, or data")
        if self.epochs < 1 or self.batch < 1 or self.seed < 0:
            raise ValueError("epochs and batch must be at least 1, seed at least 0")
        if self.rate <= 0 or self.decay < 0 or not 0.01 <= self.holdout <= 0.9:
            raise ValueError("rate must be above 0, decay at least 0, holdout between 0.01 and 0.9")


@dataclass
class Target:
    """What to predict: a number (standardised), or a class."""

    y: numpy.ndarray
    classes: list[str] | None
    mean: float = 0.0
    scale: float = 1.0


@job("train-model", input=Input)
def train_model(ctx: JobContext[Input]) -> dict[str, Any]:
    given = ctx.input
    xp, device = choose_device(given.device)
    source = open_source(given.bucket, given.key, given.data)
    wanted = {given.target, *given.features} if given.features else None
    columns = {column.name: column for column in read_columns(source, wanted)}
    if given.target not in columns:
        raise PermanentJobError(f"{source.name} has no column {given.target!r}; it has {', '.join(columns)}")
    target_column = columns.pop(given.target)
    present = ~target_column.missing
    if present.sum() < _FEWEST_ROWS:
        raise PermanentJobError(f"{present.sum()} rows have a {given.target!r}; at least {_FEWEST_ROWS} are needed")
    for column in (target_column, *columns.values()):
        column.values = column.values[present]

    held_out = numpy.random.Generator(numpy.random.PCG64(given.seed)).random(present.sum()) < given.holdout
    if held_out.all() or not held_out.any():
        held_out = numpy.arange(present.sum()) % 2 == 0
    model = _model_for(given.model, target_column)
    target = _target(model, target_column, ~held_out)
    features = encode([columns[name] for name in given.features or columns if name in columns], ~held_out)
    x = features.matrix
    settings = Settings(model, given.batch, given.rate, given.decay, given.seed)
    training = Training(xp, x[~held_out], target.y[~held_out], settings)
    ctx.log.info("Training", device=device, rows=int((~held_out).sum()), features=len(features.names), model=model)

    # A checkpoint belongs to its data, as they are read: other data, other weights.
    data_set = hashlib.sha256(x.tobytes() + target.y.tobytes() + json.dumps(asdict(given)).encode()).hexdigest()
    saved = ctx.checkpoint.load()
    if saved is not None and saved["dataSet"] == data_set:
        training.restore(saved["training"])
        ctx.log.info("Continuing from the checkpoint", epoch=training.epoch, position=training.position)
        if saved["device"] != device:
            ctx.log.warn("Another device than before: the last bits may differ", before=saved["device"], now=device)
    elif saved is not None:
        ctx.log.warn("The data were replaced since the checkpoint: starting over")
    _train(ctx, training, data_set, device)

    held_x = numpy.column_stack([x[held_out], numpy.ones(held_out.sum())])
    weights = to_host(training.weights)
    metrics = _metrics(model, predict(numpy, model, held_x, weights), target, held_out)
    result = _result(ctx, training, target, features, weights) | {
        "model": model,
        "rows": {
            "training": int((~held_out).sum()),
            "holdout": int(held_out.sum()),
            "leftOut": int((~present).sum()),
        },
        "metrics": metrics,
        "device": device,
    }
    _keep_model(ctx, result, target, features, weights)
    return result


def _train(ctx: JobContext[Input], training: Training, data_set: str, device: str) -> None:
    epochs, per_epoch = ctx.input.epochs, training.steps_per_epoch
    try:
        with numpy.errstate(all="ignore"):
            while training.epoch < epochs:
                training.advance()
                ctx.checkpoint.set(lambda: {"dataSet": data_set, "device": device, "training": training.state()})
                if training.position == 0:
                    done = f"epoch {training.epoch} of {epochs}, loss {training.losses[-1]:.4g}"
                    ctx.progress(training.epoch * per_epoch, epochs * per_epoch, done)
                ctx.raise_if_stopping()
    except UnsavableValueError as error:  # Infinity or NaN: what no checkpoint holds is no model either
        raise _diverged(training, ctx.input.rate) from error
    if not training.is_finite:
        raise _diverged(training, ctx.input.rate)


def _diverged(training: Training, rate: float) -> PermanentJobError:
    return PermanentJobError(f"The training diverged in epoch {training.epoch + 1}. Lower the rate ({rate})")


def _model_for(wanted: str, target: Column) -> Literal["linear", "logistic"]:
    """Texts are classes, and so are numbers of only two values."""
    if wanted == "linear" and not target.is_numeric:
        example = next(value for value in target.values if not _is_number(value))
        raise PermanentJobError(
            f"The target {target.name!r} is no number everywhere ({example!r}); use the logistic model"
        )
    if wanted == "linear" or (wanted == "auto" and target.is_numeric and len(numpy.unique(target.values)) > 2):
        return "linear"
    return "logistic"


def _target(model: str, column: Column, training: numpy.ndarray) -> Target:
    known = column.values[training]
    if model == "linear":
        mean, scale = float(known.mean()), float(known.std())
        if scale == 0:
            raise PermanentJobError(f"The target {column.name!r} is always {mean:g}: there is nothing to predict")
        return Target(((column.values - mean) / scale)[:, None], None, mean, scale)
    texts = numpy.array([f"{value:g}" if column.is_numeric else str(value) for value in column.values])
    classes = sorted(
        set(map(str, texts[training])), key=lambda name: (float(name), "") if _is_number(name) else (0.0, name)
    )
    if len(classes) < 2:
        raise PermanentJobError(f"The target {column.name!r} is always {classes[0]!r}: there is nothing to predict")
    if len(classes) > _CLASSES:
        raise PermanentJobError(
            f"The target {column.name!r} has {len(classes):,} classes, more than {_CLASSES}: it is no class but a name or number"
        )
    return Target((texts[:, None] == numpy.array(classes)[None, :]).astype(float), classes)


def _is_number(text: Any) -> bool:
    try:
        return bool(numpy.isfinite(float(text)))
    except (TypeError, ValueError):
        return False


def _metrics(model: str, predicted: numpy.ndarray, target: Target, rows: numpy.ndarray) -> dict[str, float | None]:
    """In the target's own unit."""
    y = target.y[rows]
    if model == "linear":
        errors = (predicted - y)[:, 0] * target.scale
        spread = float((((y - y.mean()) * target.scale) ** 2).sum())
        squares = float((errors**2).sum())
        rmse, mae = float(numpy.sqrt(squares / len(y))), float(abs(errors).mean())
        return {"rmse": rmse, "mae": mae, "r2": 1 - squares / spread if spread > 0 else None}
    right = predicted.argmax(axis=1) == y.argmax(axis=1)
    # A class that only held-out rows have is never right.
    known = y.any(axis=1)
    commonest = target.y[~rows].sum(axis=0).argmax()
    return {
        "accuracy": float((right & known).mean()),
        "logLoss": float(loss(numpy, model, predicted, y).mean()),
        "baseline": float((y[:, commonest] == 1).mean()),
    }


def _result(
    ctx: JobContext[Input], training: Training, target: Target, features: Features, weights: numpy.ndarray
) -> dict[str, Any]:
    return {
        "target": ctx.input.target,
        "classes": target.classes,
        "features": [
            {"name": name, "weights": row.tolist()} for name, row in zip(features.names, weights[:-1], strict=True)
        ],
        "bias": weights[-1].tolist(),
        "ignored": features.ignored,
        "loss": training.losses,
    }


def _keep_model(
    ctx: JobContext[Input], result: dict[str, Any], target: Target, features: Features, weights: numpy.ndarray
) -> None:
    """model.json has all that a prediction takes; model.npz the numbers for NumPy."""
    scaling = {"means": features.means.tolist(), "scales": features.scales.tolist()}
    numbers = {"mean": target.mean, "scale": target.scale}
    kept = {name: result[name] for name in ("model", "target", "classes", "features", "bias")}
    ctx.artifacts.put("model.json", json.dumps(kept | {"scaling": scaling, "targetScaling": numbers}, indent=2))
    file = io.BytesIO()
    numpy.savez(file, weights=weights, means=features.means, scales=features.scales)
    ctx.artifacts.put("model.npz", file.getvalue())


if __name__ == "__main__":
    train_model.run()
