import { defineJob, typed } from 'longhaul';
import { z } from 'zod';

export const resize = defineJob({
  name: 'resize',
  input: z.object({ width: z.number() }),
  result: typed<{ pixels: number }>(),
});
