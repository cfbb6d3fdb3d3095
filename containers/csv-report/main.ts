import { S3Client } from '@aws-sdk/client-s3';
import { runJob } from 'longhaul/runtime';
import { csvReportWork } from './work.ts';

// A checksum of the whole object says nothing about a body that is read on from the middle; TLS protects each connection.
await runJob(csvReportWork(new S3Client({ followRegionRedirects: true, responseChecksumValidation: 'WHEN_REQUIRED' })));
