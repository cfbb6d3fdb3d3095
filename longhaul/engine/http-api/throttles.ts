import type { Resource } from '../template/model.ts';
import type { Route } from './routes.ts';

/** Of `DefaultRouteSettings` and `RouteSettings`. */
interface Settings {
  ThrottlingRateLimit?: number | string;
  ThrottlingBurstLimit?: number | string;
}

/**
 * How many requests each API lets in, over all callers: so many at once, and after those so many a second. A route with settings
 * of its own has a limit of its own. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export class Throttles {
  readonly #apis: Map<string, Resource['properties']>;
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  /** @param now - milliseconds */
  constructor(resources: Resource[], now: () => number = () => performance.now()) {
    const apis = resources.filter(({ type }) => type === 'AWS::Serverless::HttpApi');
    this.#apis = new Map(apis.map(({ ref, properties }) => [ref, properties]));
    this.#now = now;
  }

  /** Whether a request may come in; it counts then. */
  admits({ apiId, key }: Pick<Route, 'apiId' | 'key'>): boolean {
    const { DefaultRouteSettings, RouteSettings } = this.#apis.get(apiId) ?? {};
    const own: Settings | undefined = RouteSettings?.[key];
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst }: Settings = { ...DefaultRouteSettings, ...own };
    if (rate === undefined || burst === undefined) return true;
    const name = JSON.stringify(own ? [apiId, key] : [apiId]);
    const bucket = this.#buckets.get(name) ?? new Bucket(Number(rate), Number(burst), this.#now());
    this.#buckets.set(name, bucket);
    return bucket.take(this.#now());
  }
}

/** Holds up to `burst` tokens, gains `rate` a second, and gives one to each request. */
class Bucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #since: number;

  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#since = now;
  }

  take(now: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#since) / 1000) * this.#rate);
    this.#since = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
