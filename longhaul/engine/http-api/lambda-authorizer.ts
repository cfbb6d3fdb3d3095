import { ServiceError } from '../endpoint/index.ts';
import type { Functions } from '../functions/index.ts';
import { message } from './answer.ts';
import { authorizerEvent, type RouteEvent, routeArn } from './authorizer-event.ts';
import type { LambdaAuthorizer } from './authorizers.ts';
import { identityAt } from './identity-source.ts';
import type { Authorized } from './jwt-authorizer.ts';
import { allows } from './policy.ts';
import { within } from './within.ts';

/** The longest that API Gateway waits for an authorizer. Milliseconds. */
const LONGEST = 10_000;
/** So many answers are kept at most; the oldest go first. */
const MOST_KEPT = 1_000;

/** What an authorizer said, before it is held against a route. */
interface Verdict {
  isAuthorized?: unknown;
  policyDocument?: unknown;
  context?: object | null;
}

/** Asks functions who is let in, and keeps what they said. */
export class LambdaAuthorizers {
  readonly #kept = new Map<string, { verdict: Verdict; until: number }>();

  async authorize(authorizer: LambdaAuthorizer, event: RouteEvent, functions: Functions): Promise<Authorized> {
    const identity = authorizer.identitySources.map((source) => identityAt(source, event));
    // The function is not even asked (HTTP APIs, "Identity sources").
    if (identity.includes(undefined)) return { refusal: message(401, 'Unauthorized') };
    const key = JSON.stringify([event.requestContext.apiId, authorizer.name, ...identity]);
    const known = this.#kept.get(key);
    const verdict =
      known && known.until > Date.now()
        ? known.verdict
        : await ask(authorizer, authorizerEvent(authorizer, event), functions);
    const allowed = verdict && judge(authorizer, verdict, event);
    // Neither a verdict that makes no sense nor a failure is kept.
    if (allowed === undefined) return { refusal: message(500, 'Internal Server Error') };
    if (!known || known.verdict !== verdict) this.#keep(key, verdict!, authorizer.ttl);
    return allowed ? { context: { lambda: verdict!.context ?? null } } : { refusal: message(403, 'Forbidden') };
  }

  #keep(key: string, verdict: Verdict, ttl: number): void {
    if (!(ttl > 0)) return;
    this.#kept.delete(key);
    this.#kept.set(key, { verdict, until: Date.now() + ttl * 1000 });
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
  }
}

/** Undefined when it failed, took too long, or answered no object. */
async function ask(authorizer: LambdaAuthorizer, event: object, functions: Functions): Promise<Verdict | undefined> {
  try {
    const invocation = functions.invoke(authorizer.functionName, JSON.stringify(event), 'RequestResponse');
    const answer = await within(LONGEST, invocation);
    if (!answer || answer.functionError) return undefined;
    const verdict: unknown = JSON.parse(answer.payload.toString());
    return typeof verdict === 'object' && verdict !== null ? verdict : undefined;
  } catch (error) {
    if (error instanceof ServiceError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function judge({ simple, payloadFormat }: LambdaAuthorizer, verdict: Verdict, event: RouteEvent): boolean | undefined {
  if (simple && payloadFormat === '2.0') {
    return typeof verdict.isAuthorized === 'boolean' ? verdict.isAuthorized : undefined;
  }
  return allows(verdict.policyDocument, 'execute-api:Invoke', routeArn(event));
}
