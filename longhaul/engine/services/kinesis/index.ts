export { Kinesis, type KinesisOptions } from './kinesis.ts';
export { kinesisStreams } from './record-streams.ts';
export { kinesisService } from './service.ts';
