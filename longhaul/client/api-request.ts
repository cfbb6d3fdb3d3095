import { setTimeout as sleep } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsOptions } from './aws.ts';
import { parsedJson } from './json.ts';

export interface ApiRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** `/jobs/csv-report`, with what is not plain in it encoded. */
  path: string;
  query?: Record<string, string | undefined>;
  headers?: Record<string, string>;
  /** JSON text. */
  body?: string;
  /**
   * Whether it may be sent again where the first may have been done: when the connection broke, or a service behind the API failed or was
   * too busy. What API Gateway throttled (429) was not done, and is sent again anyway.
   */
  repeatable: boolean;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** Of its JSON; undefined when it is none. */
  body: unknown;
}

const ATTEMPTS = 5;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;
/** The API answers within 30 seconds, or says that it does not (quotas of HTTP APIs, maximum integration timeout). */
const ANSWER_TIME = 35_000;

/** Said by API Gateway, before a function is asked. */
const THROTTLED = 429;
const MAY_PASS = [500, 502, 503, 504];

/**
 * Sends requests to a Longhaul API, signed with Signature Version 4 as IAM authorization wants it.
 *
 * @param url - of the API: the stack's output `ApiUrl`
 * @returns sends one request, again with growing pauses while that helps; gives the last answer, whatever its status is. Rejects
 *   when there is none, or no credentials
 */
export function apiRequests(url: string, aws: AwsOptions = {}): (request: ApiRequest) => Promise<ApiAnswer> {
  const base = new URL(url);
  const sign = signer(base, aws);
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const last = attempt === ATTEMPTS;
      try {
        const answer = await send(base, request, sign);
        const mayPass = answer.status === THROTTLED || (request.repeatable && MAY_PASS.includes(answer.status));
        if (last || !mayPass) return answer;
        await sleep(Math.max(pauseAfter(attempt), 1000 * Number(answer.headers.get('retry-after') ?? 0)));
      } catch (error) {
        // What fetch says of the network is a TypeError, or the end of its time.
        const isNetwork = error instanceof TypeError || (error as Error).name === 'TimeoutError';
        if (last || !request.repeatable || !isNetwork) throw error;
        await sleep(pauseAfter(attempt));
      }
    }
  };
}

/** Grows, and is different for each of many that were refused at once. */
const pauseAfter = (attempt: number): number =>
  Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE) * (0.5 + Math.random() / 2);

interface Signable {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body?: string;
}

type Signed = Pick<Signable, 'path' | 'headers'>;

/** The credentials and the hash are those that the SDK's clients would use; the region is in the API's own address, as a rule. */
function signer(base: URL, { region, credentials, profile }: AwsOptions): (request: Signable) => Promise<Signed> {
  const inHost = /\.execute-api\.([a-z0-9-]+)\.amazonaws\./.exec(base.hostname)?.[1];
  const { config } = new SFNClient({
    ...(region || inHost ? { region: region ?? inHost! } : {}),
    ...(credentials && { credentials }),
    ...(profile && { profile }),
  });
  const signature = new SignatureV4({
    service: 'execute-api',
    region: config.region,
    credentials: config.credentials,
    sha256: config.sha256,
  });
  return (request) => signature.sign(request);
}

async function send(
  base: URL,
  { method, path, query = {}, headers = {}, body }: ApiRequest,
  sign: (request: Signable) => Promise<Signed>,
): Promise<ApiAnswer> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const signed = await sign({
    method,
    protocol: base.protocol,
    hostname: base.hostname,
    ...(base.port && { port: Number(base.port) }),
    path: `${base.pathname.replace(/\/$/, '')}${path}`,
    query: Object.fromEntries(given),
    headers: { host: base.host, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body }),
  });
  const address = new URL(`${base.origin}${signed.path}`);
  // As they were signed: with %20 for a space, where URLSearchParams would write +.
  address.search = given.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  const { host: _host, ...sent } = signed.headers; // fetch sets it
  const response = await fetch(address, {
    method,
    headers: sent,
    ...(body !== undefined && { body }),
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_TIME),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parsedJson(text) };
}

/** RFC 3986, as Signature Version 4 wants it. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
