import { defineJob, typed } from 'longhaul';
import { z } from 'zod';

/** What result.json holds. */
export interface Greeting {
  greeting: string;
  times: number;
}

const input = z.object({
  name: z.string().min(1).describe('Who is greeted'),
  times: z.int().min(1).default(5).describe('How often'),
});

/** What the job is called, takes and gives. Imported by whoever starts it, so it does nothing. */
export const myJob = defineJob({ name: 'my-job', input, result: typed<Greeting>() });
