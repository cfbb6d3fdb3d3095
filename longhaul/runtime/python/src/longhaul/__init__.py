"""What runs inside a job's container: ``from longhaul import JobContext, job``. See docs/python.md."""

from .artifacts import Artifacts
from .checkpoint import Checkpoint
from .context import JobContext
from .errors import (
    InputProblem,
    InvalidInputError,
    JobEnvironmentError,
    JobInterruptedError,
    JobStop,
    JobTimeoutError,
    PermanentJobError,
    SupersededError,
    TransientJobError,
    UnsavableValueError,
)
from .hooks import HookContext
from .job import Job, job
from .log import Log
from .reading import Lines, ObjectReading, ObjectReplacedError

__all__ = [
    "Artifacts",
    "Checkpoint",
    "HookContext",
    "InputProblem",
    "InvalidInputError",
    "Job",
    "JobContext",
    "JobEnvironmentError",
    "JobInterruptedError",
    "JobStop",
    "JobTimeoutError",
    "Lines",
    "Log",
    "ObjectReading",
    "ObjectReplacedError",
    "PermanentJobError",
    "SupersededError",
    "TransientJobError",
    "UnsavableValueError",
    "job",
]
