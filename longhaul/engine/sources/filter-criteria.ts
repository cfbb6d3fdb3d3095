import { type EventPattern, parsePattern } from '../services/events/pattern/index.ts';

/** `FilterCriteria` of an event source: a record that fits one of the patterns goes to the function. */
export interface FilterCriteria {
  Filters?: { Pattern?: string }[];
}

/**
 * Whether a message goes to the function; without filters each does. A body that is a JSON object or list is compared as such, any
 * other as text. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 *
 * @throws ServiceError InvalidEventPatternException
 */
export function messageFilter({ Filters = [] }: FilterCriteria = {}): (record: { body: string }) => boolean {
  const patterns = Filters.map(
    ({ Pattern = '{}' }): EventPattern => (Pattern === '{}' ? () => true : parsePattern(Pattern)),
  );
  if (patterns.length === 0) return () => true;
  return (record) => {
    const compared = { ...record, body: structured(record.body) };
    return patterns.some((fits) => fits(compared));
  };
}

function structured(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : body;
  } catch {
    return body;
  }
}
