"""Where the numbers are crunched."""

from __future__ import annotations

import platform
from typing import Any, Literal

import numpy
from longhaul import PermanentJobError


def choose_device(wanted: Literal["auto", "cpu", "gpu"]) -> tuple[Any, str]:
    """
    NumPy, or CuPy, which has the same functions, and what it runs on, for people.

    :raises PermanentJobError: when a GPU is wanted and there is none: a next start would find none either
    """
    if wanted == "cpu":
        return numpy, f"CPU ({platform.machine()})"
    try:
        import cupy  # type: ignore[import-not-found]

        name = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)["name"].decode()
        return cupy, f"GPU ({name})"
    except Exception as error:  # not installed; no driver, no device
        if wanted == "auto":
            return numpy, f"CPU ({platform.machine()}; no GPU: {error})"
        raise PermanentJobError(
            f"The job asks for a GPU and there is none ({type(error).__name__}: {error}). Give it a compute environment "
            'with GPUs and an image with CuPy (docs/python.md), or run it with "device": "auto"'
        ) from error


def to_host(array: Any) -> numpy.ndarray:
    """A copy in NumPy, wherever the array is."""
    return numpy.asarray(array.get() if hasattr(array, "get") else array)
