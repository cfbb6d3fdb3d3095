import { defineJob, typed } from 'longhaul';

/** Takes any JSON and prints it. */
export const helloWorld = defineJob({ name: 'hello-world', input: typed<unknown>() });
