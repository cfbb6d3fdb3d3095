"""What sources encode, decoded: ``from longhaul.decode import decode_sqs``.

Each function takes the event as a job gets it, and raises a TypeError that says what is wrong, without what the event
holds, when it is another one.
"""

from .dynamodb import ItemChange, decode_dynamodb
from .kinesis import KinesisRecord, decode_kinesis
from .logs import LogEvent, LogsData, decode_logs
from .messages import Message, decode_sns, decode_sqs
from .s3 import S3Object, decode_s3, decode_s3_key

__all__ = [
    "ItemChange",
    "KinesisRecord",
    "LogEvent",
    "LogsData",
    "Message",
    "S3Object",
    "decode_dynamodb",
    "decode_kinesis",
    "decode_logs",
    "decode_s3",
    "decode_s3_key",
    "decode_sns",
    "decode_sqs",
]
