import { jsonService, type Service, ServiceError } from '../../endpoint/index.ts';
import { describeStream, describeStreamSummary, listShards, listStreams } from './describing.ts';
import type { Kinesis, NewRecord } from './kinesis.ts';
import { getRecords, getShardIterator } from './reading.ts';
import { kinesisRights } from './rights.ts';

/** Records and bytes of one request. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MOST_RECORDS = 500;
const MOST_BYTES = 10 * 1024 * 1024;

type Named = { StreamName?: string; StreamARN?: string };

/**
 * Kinesis Data Streams, in JSON (which the AWS SDK for JavaScript, boto3 and the AWS CLI speak; the one for Java has to be
 * told: `aws.cborEnabled=false`). Resharding, encryption and enhanced fan-out are not here.
 */
export function kinesisService(kinesis: Kinesis): Service {
  const service = jsonService('kinesis', 'Kinesis_20131202', '1.1', {
    CreateStream(input: {
      StreamName: string;
      ShardCount?: number;
      StreamModeDetails?: { StreamMode: 'PROVISIONED' | 'ON_DEMAND' };
      MaxRecordSizeInKiB?: number;
    }) {
      kinesis.create({
        name: String(input.StreamName ?? ''),
        mode: input.StreamModeDetails?.StreamMode ?? 'PROVISIONED',
        shardCount: input.ShardCount,
        maxRecordKiB: input.MaxRecordSizeInKiB,
      });
    },
    DeleteStream: (input: Named) => kinesis.remove(kinesis.find(input)),
    ListStreams: listStreams(kinesis),
    DescribeStream: describeStream(kinesis),
    DescribeStreamSummary: describeStreamSummary(kinesis),
    ListShards: listShards(kinesis),
    PutRecord: (input: Named & NewRecord) => kinesis.put(kinesis.find(input), input),
    PutRecords(input: Named & { Records?: NewRecord[] }) {
      const stream = kinesis.find(input);
      const { Records = [] } = input;
      if (Records.length < 1 || Records.length > MOST_RECORDS) {
        throw new ServiceError(
          'ValidationException',
          `PutRecords takes 1 to ${MOST_RECORDS} records; it got ${Records.length}.`,
        );
      }
      // A request is taken whole or not at all: nothing is throttled here.
      const bytes = Records.reduce((sum, record) => sum + kinesis.check(stream, record).bytes, 0);
      if (bytes > MOST_BYTES) {
        throw new ServiceError(
          'InvalidArgumentException',
          `Records have ${bytes} bytes together; PutRecords takes ${MOST_BYTES}.`,
        );
      }
      return { FailedRecordCount: 0, Records: Records.map((record) => kinesis.put(stream, record)) };
    },
    GetShardIterator: getShardIterator(kinesis),
    GetRecords: getRecords(kinesis),
  });
  return { ...service, rights: kinesisRights };
}
