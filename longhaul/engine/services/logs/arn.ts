/** The engine's region and account are the same for every stack. */
export const groupArn = (group: string) => `arn:aws:logs:us-east-1:000000000000:log-group:${group}`;
