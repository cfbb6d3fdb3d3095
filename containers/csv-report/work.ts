import { implementJob } from 'longhaul/runtime';
import { csvReport } from './job.ts';
import { profileObject } from './profile-object.ts';
import { renderReport } from './report/page.ts';

export const csvReportWork = implementJob(csvReport, async (context) => {
  const report = await profileObject(context);
  await context.artifacts.put('report.html', renderReport(report));
  return report;
});
