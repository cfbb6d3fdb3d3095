import type { S3Client } from '@aws-sdk/client-s3';
import { implementJob } from 'longhaul/runtime';
import { csvReport } from './job.ts';
import { profileObject } from './profile-object.ts';
import { renderReport } from './report/page.ts';

/** The job's work, on the S3 that has its objects. */
export const csvReportWork = (s3: S3Client) =>
  implementJob(csvReport, async (context) => {
    const report = await profileObject(s3, context);
    await context.artifacts.put('report.html', renderReport(report));
    return report;
  });
