import type { DeploymentOptions } from './deployment.ts';
import { PROGRAM } from './program.ts';

interface AwsError extends Error {
  code?: string;
  errors?: Error[];
  $metadata?: { httpStatusCode?: number };
}

type Where = Partial<DeploymentOptions>;

/** Names of what AWS says to credentials that have ended (IAM API reference, "Common errors"; S3's own; the SSO provider). */
const EXPIRED =
  /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$|token .*expired|session .*(expired|invalid)/i;
const UNKNOWN_KEY =
  /^(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|MissingAuthenticationToken(Exception)?)$/;
const BAD_SIGNATURE = /^(InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature)$/;
const DENIED = /^(AccessDenied(Exception)?|NotAuthorized|UnauthorizedOperation|AuthorizationError(Exception)?)$/;
const BUSY = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ServiceUnavailable|ExecutionLimitExceeded/;
const NO_NETWORK = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;

/**
 * What happened and what to do next, for a person.
 *
 * @param endpoint - `AWS_ENDPOINT_URL` of the environment: in a shell that was set up for the engine, `--stack` does not reach AWS
 */
export function explain(thrown: unknown, where: Where = {}, endpoint = process.env.AWS_ENDPOINT_URL): string {
  const said = explained(thrown, where);
  if (where.stack === undefined || !endpoint) return said;
  return `${said}\nAWS_ENDPOINT_URL is ${endpoint} in this shell: unset it to reach AWS.`;
}

function explained(thrown: unknown, { stack, region, profile }: Where): string {
  const error = thrown as AwsError;
  const { name = '', message = String(thrown) } = error;
  const code = error.code ?? (error.errors?.[0] as AwsError | undefined)?.code ?? '';
  if (name === 'UnknownExecutionError') return `${message}. '${PROGRAM} list' shows what there is.`;
  if (stack === undefined) {
    if (NO_NETWORK.test(code)) {
      return `The engine does not answer. Start it with '${PROGRAM} start', or name a stack on AWS with --stack.`;
    }
    return message || name;
  }
  const signIn = profile ? `aws sso login --profile ${profile}` : 'aws sso login';
  if (EXPIRED.test(name) || (/Credentials|Token/.test(name) && EXPIRED.test(message))) {
    return `Your AWS credentials have expired. Get new ones (${signIn}, or as you got them), then try again.`;
  }
  if (name === 'CredentialsProviderError' || /Could not load credentials/.test(message)) {
    return `There are no AWS credentials to use: ${message}. Set them up (aws configure, ${signIn}) or name a --profile.`;
  }
  if (UNKNOWN_KEY.test(name)) {
    return `AWS does not know these credentials (${name}). Is the access key still there, and is it this --profile?`;
  }
  if (BAD_SIGNATURE.test(name)) {
    return `AWS refused the signature (${name}): the secret key is wrong, or this machine's clock is.`;
  }
  if (/Region is missing/.test(message)) return 'No AWS region is set. Name one with --region, or set AWS_REGION.';
  if (name === 'ValidationError' && /does not exist/.test(message)) {
    return `There is no stack '${stack}' in ${region ?? 'this region'} of this account. Is it another --region or --profile?`;
  }
  if (DENIED.test(name) || error.$metadata?.httpStatusCode === 403) {
    return `Your AWS credentials do not allow this: ${message}. Whoever manages the account has to allow it, or use another --profile.`;
  }
  if (BUSY.test(name) || error.$metadata?.httpStatusCode === 503) {
    return `AWS is too busy for this at the moment (${name}). Try again in a little while.`;
  }
  if (NO_NETWORK.test(code)) return `AWS cannot be reached (${code}): ${message}. Check the network, and --region.`;
  return message || name;
}
