import type { JobDefinition } from 'longhaul';
import { csvReport } from './csv-report/job.ts';
import { helloWorld } from './hello-world/job.ts';
import { trainModel } from './train-model/job.ts';

/** Every job of this app, as whoever starts one sees it: the API, which checks their input at the door. */
export const jobs: readonly JobDefinition[] = [helloWorld, csvReport, trainModel];
