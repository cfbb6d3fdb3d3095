"""Events of Kinesis streams."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .fields import at, bytes_of, parse_json, records_of, text_of, time_of


@dataclass(frozen=True)
class KinesisRecord:
    """A record of a Kinesis stream."""

    data: bytes
    partition_key: str
    sequence_number: str
    #: When the stream took it.
    arrived_at: datetime | None

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """:raises TypeError: when it is no JSON"""
        return parse_json(self.text, f"The data of record {self.sequence_number}")


def decode_kinesis(event: Any) -> list[KinesisRecord]:
    """Records of a stream: their data is base64. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html"""
    return [
        KinesisRecord(
            data=bytes_of(text_of(record, "kinesis.data", where), f"{where}.kinesis.data"),
            partition_key=text_of(record, "kinesis.partitionKey", where),
            sequence_number=text_of(record, "kinesis.sequenceNumber", where),
            arrived_at=time_of(at(record, "kinesis.approximateArrivalTimestamp")),
        )
        for where, record in records_of(event)
    ]
