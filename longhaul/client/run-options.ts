/** When to start: at a time, or after so many seconds; without either at once. Not both. */
export interface StartTime {
  /** At most 330 days ahead. One that has passed is now. Text is ISO 8601 with a time zone: `2026-12-24T08:00:00Z`. */
  startAt?: Date | string;
  /** Seconds, at most 28,512,000: 330 days. */
  delay?: number;
}

/** An execution may last a year (quotas of Step Functions); what is left after 330 days is for the job itself. */
const FURTHEST_DAYS = 330;
const FURTHEST_SECONDS = FURTHEST_DAYS * 24 * 60 * 60;

/**
 * The time to start at, as the state machine takes it: `2026-12-24T08:00:00.000Z`. Undefined: at once.
 * @throws TypeError for what is no time, RangeError for one that is too far ahead
 */
export function startTime({ startAt, delay }: StartTime, now: number = Date.now()): string | undefined {
  if (startAt !== undefined && delay !== undefined) {
    throw new TypeError('startAt and delay both say when to start; give one of them');
  }
  if (delay !== undefined) {
    if (typeof delay !== 'number' || !(delay >= 0)) {
      throw new TypeError(`delay must be a number of seconds, 0 or more; it is ${shown(delay)}`);
    }
    if (delay > FURTHEST_SECONDS) {
      throw new RangeError(`delay may be at most ${FURTHEST_SECONDS} seconds (${FURTHEST_DAYS} days); it is ${delay}`);
    }
    return delay === 0 ? undefined : new Date(now + delay * 1000).toISOString();
  }
  if (startAt === undefined) return undefined;
  const time = timeOf(startAt);
  if (time > now + FURTHEST_SECONDS * 1000) {
    throw new RangeError(`startAt may be at most ${FURTHEST_DAYS} days ahead; it is ${new Date(time).toISOString()}`);
  }
  return new Date(time).toISOString();
}

function timeOf(startAt: Date | string): number {
  const time = startAt instanceof Date || isTime(startAt) ? new Date(startAt).getTime() : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new TypeError(`startAt must be a Date or a text such as 2026-12-24T08:00:00Z; it is ${shown(startAt)}`);
}

/** Date.parse would take a text without a zone for this machine's local time, and February 30 for March 2. */
function isTime(text: string): boolean {
  const date = /^(\d{4}-\d\d-\d\d)T.+(Z|[+-]\d\d:\d\d)$/.exec(text)?.[1];
  const day = new Date(date ?? '');
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date!);
}

/** @throws RangeError for a key that is not the same in an HTTP header, which keeps no spaces at its ends */
export function checkKey(idempotencyKey: string | undefined): void {
  if (idempotencyKey === undefined) return;
  const isText = typeof idempotencyKey === 'string';
  if (isText && idempotencyKey.length <= 255 && /^[!-~]([ -~]*[!-~])?$/.test(idempotencyKey)) return;
  throw new RangeError(
    `idempotencyKey must be 1 to 255 characters of printable ASCII, without spaces at its ends; it ${
      isText && idempotencyKey.length > 255 ? `has ${idempotencyKey.length}` : `is ${shown(idempotencyKey)}`
    }`,
  );
}

/** ECS and Batch take 50 (RunTask, SubmitJob: `tags`); the rest is for the state machine's own and the account's. */
const MOST_TAGS = 40;

/** Of names and values: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html. Batch refuses others as well. */
const TAG_CHARACTERS = "letters, digits, spaces and _.:/=+-@, and does not begin with 'aws:'";
const TAG_TEXT = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/iu;

/** @throws RangeError for tags that Batch or ECS would refuse */
export function checkTags(tags: Readonly<Record<string, string>> | undefined): void {
  const all = Object.entries(tags ?? {});
  if (all.length > MOST_TAGS) throw new RangeError(`There may be at most ${MOST_TAGS} tags; there are ${all.length}`);
  for (const [name, value] of all) {
    if (name.length < 1 || name.length > 128 || !TAG_TEXT.test(name)) {
      throw new RangeError(`A tag's name has 1 to 128 ${TAG_CHARACTERS}; it is '${name.slice(0, 140)}'`);
    }
    if (typeof value !== 'string' || value.length > 256 || !TAG_TEXT.test(value)) {
      throw new RangeError(`The tag '${name}' must be text of at most 256 ${TAG_CHARACTERS}; it is ${shown(value)}`);
    }
  }
}

const shown = (value: unknown): string => (typeof value === 'string' ? `'${value.slice(0, 60)}'` : String(value));
