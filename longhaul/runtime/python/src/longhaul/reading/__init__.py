"""Reading objects of any bucket: ``ctx.read_lines`` and ``ctx.read_object``."""

from .address import ObjectAddress, Position, address_of
from .lines import LONGEST_LINE, Lines
from .object_reading import ObjectReading
from .source import ObjectReplacedError, ObjectSource, OpenedObject, S3Source

__all__ = [
    "LONGEST_LINE",
    "Lines",
    "ObjectAddress",
    "ObjectReading",
    "ObjectReplacedError",
    "ObjectSource",
    "OpenedObject",
    "Position",
    "S3Source",
    "address_of",
]
