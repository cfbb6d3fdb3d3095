"""What sources encode."""

from __future__ import annotations

import base64
import gzip
import json
import unittest
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from longhaul.decode import (
    decode_dynamodb,
    decode_kinesis,
    decode_logs,
    decode_s3,
    decode_s3_key,
    decode_sns,
    decode_sqs,
)


def packed(data: Any) -> dict[str, Any]:
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()}}


def notification(**more: Any) -> dict[str, Any]:
    attributes = {"kind": {"Type": "String", "Value": "new"}}
    envelope = {"Type": "Notification", "MessageId": "m-1", "TopicArn": "arn:t", "Message": '{"id":7}'}
    return {**envelope, "MessageAttributes": attributes, **more}


class WhatSourcesEncode(unittest.TestCase):
    def test_s3_has_keys_as_they_are(self) -> None:
        thing = {"key": "incoming/some+%C3%BCn%C3%AFcode+%2B.csv", "size": 12, "eTag": "e", "sequencer": "1"}
        record = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "uploads"}, "object": thing}}
        [found] = decode_s3({"Records": [record]})
        self.assertEqual((found.bucket, found.key), ("uploads", "incoming/some ünïcode +.csv"))
        self.assertEqual((found.size, found.etag), (12, "e"))
        for key in "%ff", "100%zz", "100%":
            with self.assertRaisesRegex(TypeError, "not URL-encoded"):
                decode_s3_key(key)

    def test_s3_by_eventbridge_gives_the_same_object(self) -> None:
        thing = {"key": "a%2Bb+c%2520.csv", "size": 1, "eTag": "e", "versionId": "v", "sequencer": "1"}
        record = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "uploads"}, "object": thing}}
        plain = {"key": "a+b c%20.csv", "size": 1, "etag": "e", "version-id": "v", "sequencer": "1"}
        detail = {"bucket": {"name": "uploads"}, "object": plain, "reason": "PutObject"}
        event = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
        self.assertEqual(decode_s3(event), decode_s3({"Records": [record]}))

    def test_s3_by_eventbridge_has_the_names_of_notifications(self) -> None:
        bucket, thing = {"name": "uploads"}, {"key": "a"}
        for detail_type, more, name in [
            ("Object Created", {"reason": "POST Object"}, "ObjectCreated:Post"),
            ("Object Created", {"reason": "CopyObject"}, "ObjectCreated:Copy"),
            ("Object Created", {"reason": "New"}, "ObjectCreated:New"),
            ("Object Deleted", {"reason": "DeleteObject"}, "ObjectRemoved:Delete"),
            ("Object Deleted", {"deletion-type": "Delete Marker Created"}, "ObjectRemoved:DeleteMarkerCreated"),
            ("Object Deleted", {"reason": "Lifecycle Expiration"}, "LifecycleExpiration:Delete"),
            ("Object Tags Added", {}, "ObjectTagging:Put"),
            ("Something New", {}, "Something New"),
        ]:
            detail = {"bucket": bucket, "object": thing, **more}
            [found] = decode_s3({"source": "aws.s3", "detail-type": detail_type, "detail": detail})
            self.assertEqual(found.event_name, name)

    def test_a_message_of_a_queue_is_what_its_sender_wrote(self) -> None:
        attributes = {"n": {"stringValue": "7", "dataType": "Number"}, "b": {"binaryValue": "AP8=", "dataType": "Binary"}}
        record = {"messageId": "m", "body": '{"id":7}', "messageAttributes": attributes}
        [message] = decode_sqs({"Records": [record]})
        self.assertEqual((message.id, message.json(), message.attributes), ("m", {"id": 7}, {"n": "7", "b": "AP8="}))
        self.assertIsNone(message.topic_arn)

    def test_a_message_of_a_topic_is_taken_out_of_its_envelope(self) -> None:
        through_a_queue = {"Records": [{"messageId": "q", "body": json.dumps(notification(Subject="s"))}]}
        directly = {"Records": [{"Sns": notification(Subject="s")}]}
        for message in [*decode_sqs(through_a_queue), *decode_sns(directly)]:
            self.assertEqual((message.id, message.text, message.subject), ("m-1", '{"id":7}', "s"))
            self.assertEqual((message.topic_arn, message.attributes), ("arn:t", {"kind": "new"}))

    def test_what_only_looks_like_an_envelope_is_left_as_it_is(self) -> None:
        for body in ['{"Type":"Notification"}', "{", "[1]", json.dumps(notification(Type="SubscriptionConfirmation"))]:
            [message] = decode_sqs({"Records": [{"messageId": "q", "body": body}]})
            self.assertEqual((message.id, message.text), ("q", body))

    def test_kinesis_has_bytes_text_and_json(self) -> None:
        data = base64.b64encode('{"to":"Jörg"}'.encode()).decode()
        kinesis = {"data": data, "partitionKey": "a", "sequenceNumber": "7", "approximateArrivalTimestamp": 1767323045.5}
        [record] = decode_kinesis({"Records": [{"kinesis": kinesis}]})
        self.assertEqual((record.text, record.json()), ('{"to":"Jörg"}', {"to": "Jörg"}))
        self.assertEqual(record.arrived_at, datetime(2026, 1, 2, 3, 4, 5, 500_000, UTC))
        [binary] = decode_kinesis({"Records": [{"kinesis": {**kinesis, "data": "AP8B"}}]})
        self.assertEqual(binary.data, b"\x00\xff\x01")
        with self.assertRaisesRegex(TypeError, "The data of record 7 is no JSON"):
            binary.json()

    def test_dynamodb_has_plain_items_at_any_depth(self) -> None:
        image = {
            "exact": {"N": "12345678901234567890.5"},
            "bytes": {"B": "AP8="},
            "nested": {"M": {"list": {"L": [{"B": "AQ=="}, {"NULL": True}]}, "names": {"SS": ["a", "b"]}}},
        }
        dynamodb = {"Keys": {"id": {"S": "x"}}, "NewImage": image, "SequenceNumber": "1"}
        [change] = decode_dynamodb({"Records": [{"eventName": "INSERT", "dynamodb": dynamodb}]})
        assert change.new_image is not None
        self.assertEqual((change.kind, change.keys, change.old_image), ("INSERT", {"id": "x"}, None))
        self.assertEqual(change.new_image["exact"], Decimal("12345678901234567890.5"))
        self.assertEqual(bytes(change.new_image["bytes"]), b"\x00\xff")
        self.assertEqual(bytes(change.new_image["nested"]["list"][0]), b"\x01")
        self.assertEqual(change.new_image["nested"]["names"], {"a", "b"})

    def test_logs_are_unpacked(self) -> None:
        event = {"id": "1", "timestamp": 5, "message": "ERROR ü", "extractedFields": {"status": "500"}}
        about = {"messageType": "DATA_MESSAGE", "owner": "123456789012", "subscriptionFilters": ["errors"]}
        data = {"logGroup": "g", "logStream": "s", "logEvents": [event], **about}
        logs = decode_logs(packed(data))
        self.assertEqual((logs.log_group, logs.log_stream), ("g", "s"))
        self.assertEqual([(one.timestamp, one.message) for one in logs.log_events], [(5, "ERROR ü")])
        self.assertEqual(logs.log_events[0].extracted_fields, {"status": "500"})
        self.assertEqual((logs.message_type, logs.owner, logs.subscription_filters), tuple(about.values()))

    def test_another_event_is_a_type_error_that_says_what_is_wrong_and_not_what_it_holds(self) -> None:
        records = [{"Records": []}, {"Records": "secret"}, {"Records": [{"secret": 1}]}, {"Records": ["secret"]}]
        records += [{"source": "aws.s3", "detail": "secret"}, {"source": "aws.s3", "detail": {"bucket": "secret"}}]
        logs = [{"awslogs": {"data": "secret"}}, packed(["secret"]), packed({"logEvents": ["secret"]})]
        for event in [None, [], "secret", {}, *records, *logs]:
            for decode in [decode_s3, decode_sqs, decode_sns, decode_kinesis, decode_dynamodb, decode_logs]:
                with self.assertRaises(TypeError) as raised:
                    decode(event)
                self.assertNotIn("secret", str(raised.exception))
