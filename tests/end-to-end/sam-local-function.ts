/**
 * Runs the function of this environment with an event, twice, in the way of its containers in `sam local invoke`. There
 * host.docker.internal is the machine that the containers run on; here it is this one.
 */
import { randomUUID } from 'node:crypto';
import dns from 'node:dns';
import { text } from 'node:stream/consumers';
import type { Context } from 'aws-lambda';

const { lookup } = dns;
const elsewhere = (host: string, ...rest: [dns.LookupOptions, () => void]) =>
  lookup(host === 'host.docker.internal' ? '127.0.0.1' : host, ...rest);
dns.lookup = Object.assign(elsewhere, lookup);

const event = JSON.parse(await text(process.stdin));
const { handler } = (await import('../../functions/index.ts')) as {
  handler: (event: unknown, context: Context) => unknown;
};
for (let time = 0; time < 2; time++) {
  const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 30_000 } as Context;
  await handler(structuredClone(event), context);
}
