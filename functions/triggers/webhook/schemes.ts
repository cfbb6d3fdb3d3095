import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { textAt } from '../trigger.ts';

/** How a sender signs its webhooks, and what it calls each of them. */
export interface Scheme {
  /** `stripe`: shown with each execution, and the first part of each identity. */
  source: string;
  /**
   * Whether the body was signed with this secret.
   * @param headers - with lower-case names
   * @param body - the bytes that were sent
   * @param now - milliseconds since the epoch
   */
  isSigned(headers: Headers, body: Buffer, secret: string, now: number): boolean;
  /** What tells this event from all others of the sender. @throws MalformedEventError when it does not say. */
  identity(headers: Headers, body: Buffer): string[];
}
type Headers = Readonly<Record<string, string | undefined>>;

/** Stripe's libraries take no signature that is older. Seconds. https://docs.stripe.com/webhooks#replay-attacks */
const STRIPE_WINDOW = 300;

/**
 * `Stripe-Signature: t=1492774577,v1=5257a869…`: HMAC-SHA256 of `t.body`, in hexadecimal. While Stripe's own secret is being
 * rolled there are several v1. https://docs.stripe.com/webhooks#verify-manually
 */
export const stripe: Scheme = {
  source: 'stripe',
  isSigned(headers, body, secret, now) {
    const parts = (headers['stripe-signature'] ?? '').split(',').map((part) => part.trim().split('='));
    const times = parts.filter(([name]) => name === 't').map(([, value = '']) => value);
    const [time] = times;
    if (times.length !== 1 || time === undefined || !/^\d{1,12}$/.test(time)) return false;
    if (Math.abs(now / 1000 - Number(time)) > toleranceOr(STRIPE_WINDOW)) return false;
    const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    const given = parts.filter(([name]) => name === 'v1').map(([, value = '']) => value);
    return given.map((signature) => equal(signature, expected)).includes(true);
  },
  identity: (_headers, body) => [textAt(parse(body), 'id')],
};

/**
 * `X-Hub-Signature-256: sha256=757107ea…`: HMAC-SHA256 of the body, in hexadecimal. A redelivery has the delivery id of the first.
 * That id is in a header that nobody signs, so the body belongs to the identity too: a signed request that somebody sends under
 * the id of another cannot pass for it.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const github: Scheme = {
  source: 'github',
  isSigned(headers, body, secret) {
    const [algorithm, signature = ''] = (headers['x-hub-signature-256'] ?? '').split('=');
    return algorithm === 'sha256' && equal(signature, createHmac('sha256', secret).update(body).digest());
  },
  identity: (headers, body) => [textAt(headers, 'x-github-delivery'), hash('sha256', body)],
};

/** In constant time for every signature of the right length. */
function equal(hexadecimal: string, expected: Buffer): boolean {
  return /^[0-9a-f]{64}$/i.test(hexadecimal) && timingSafeEqual(Buffer.from(hexadecimal, 'hex'), expected);
}

/** `WEBHOOK_TOLERANCE_SECONDS`, for a sender that repeats what it signed long ago, and for samples. */
function toleranceOr(seconds: number): number {
  return Number(process.env.WEBHOOK_TOLERANCE_SECONDS || seconds);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
