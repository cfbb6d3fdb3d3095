import { S3Client } from '@aws-sdk/client-s3';
import { runJob } from 'longhaul/runtime';
import { csvReport } from './job.ts';
import { profileObject } from './profile-object.ts';
import { renderReport } from './report/page.ts';

// A checksum of the whole object says nothing about a body that is read on from the middle; TLS protects each connection.
const s3 = new S3Client({ followRegionRedirects: true, responseChecksumValidation: 'WHEN_REQUIRED' });

await runJob(csvReport, async (context) => {
  const report = await profileObject(s3, context);
  await context.artifacts.put('report.html', renderReport(report));
  return report;
});
