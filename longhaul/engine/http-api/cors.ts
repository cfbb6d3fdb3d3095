import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** An API's `CorsConfiguration`. */
export interface CorsSettings {
  origins: string[];
  methods: string[];
  headers: string[];
  exposed: string[];
  credentials: boolean;
  /** Seconds. */
  maxAge: number | undefined;
}

/**
 * `true`, one origin, or an object, as SAM takes it.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-httpapicorsconfiguration.html
 */
export function corsSettings(configuration: unknown): CorsSettings | undefined {
  if (!configuration) return undefined;
  const all = { AllowOrigins: ['*'], AllowMethods: ['*'], AllowHeaders: ['*'] };
  const settings: Record<string, unknown> =
    configuration === true
      ? all
      : typeof configuration === 'string'
        ? { ...all, AllowOrigins: [configuration] }
        : (configuration as Record<string, unknown>);
  const list = (name: string) => (Array.isArray(settings[name]) ? settings[name].map(String) : []);
  return {
    origins: list('AllowOrigins'),
    methods: list('AllowMethods').map((method) => method.toUpperCase()),
    headers: list('AllowHeaders'),
    exposed: list('ExposeHeaders'),
    credentials: settings.AllowCredentials === true,
    maxAge: settings.MaxAge === undefined ? undefined : Number(settings.MaxAge),
  };
}

/**
 * The headers of an answer to a cross-origin request: none when the origin is not allowed. Those that the function
 * returned are replaced by these. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function corsHeaders(cors: CorsSettings, headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const origin = headers.origin;
  if (origin === undefined) return {};
  const allowed = cors.origins.find((candidate) => matches(candidate, origin));
  if (!allowed) return {};
  const preflight = headers['access-control-request-method'] !== undefined;
  return {
    'access-control-allow-origin': allowed === '*' && !cors.credentials ? '*' : origin,
    ...(cors.credentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.exposed.length > 0 && { 'access-control-expose-headers': cors.exposed.join(',') }),
    ...(preflight && cors.methods.length > 0 && { 'access-control-allow-methods': cors.methods.join(',') }),
    ...(preflight && cors.headers.length > 0 && { 'access-control-allow-headers': cors.headers.join(',') }),
    ...(preflight && cors.maxAge !== undefined && { 'access-control-max-age': String(cors.maxAge) }),
  };
}

/** `*`, `https://*` (any origin with that beginning) or one origin. */
function matches(candidate: string, origin: string): boolean {
  return candidate.endsWith('*') ? origin.startsWith(candidate.slice(0, -1)) : candidate === origin;
}
