import { defineJob } from 'longhaul';
import { z } from 'zod';

/** What the job is called and takes. Imported by whoever starts it, so it does nothing. */
export const myJob = defineJob({
  name: 'my-job',
  input: z.object({ name: z.string().min(1).describe('Who is greeted') }),
});
