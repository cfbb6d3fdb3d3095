/** How many a page has at most, and without a limit. */
export interface PageSize {
  most: number;
  usual: number;
}

export const EXECUTIONS: PageSize = { most: 100, usual: 20 };
/** Of a log. GetLogEvents, `limit`: at most 10,000. */
export const LINES: PageSize = { most: 10_000, usual: 1000 };

/** A cursor that no page came with, or that is too old: AWS forgets the places in its lists after 24 hours. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
  constructor(cursor: string, options?: ErrorOptions) {
    super(
      `'${cursor.slice(0, 60)}' is no cursor of such a page, or one older than 24 hours; leave it out to begin anew`,
      options,
    );
  }
}

/** Where a page ends, as text that says nothing to whoever carries it. */
export function writeCursor(place: object): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws InvalidCursorError when it is no text that `writeCursor` made of such a place */
export function readCursor<Place>(cursor: string, isPlace: (value: object) => value is Place & object): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof place === 'object' && place !== null && isPlace(place)) return place;
  } catch {
    // No JSON: said below.
  }
  throw new InvalidCursorError(cursor);
}

/** @throws RangeError when it is no whole number from 1 to `most` */
export function limitOf(limit: number | undefined, { most, usual }: PageSize): number {
  if (limit === undefined) return usual;
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new RangeError(`limit must be a whole number from 1 to ${most}; it is ${limit}`);
}
