import { parsePattern } from '../../services/events/pattern/index.ts';
import type { FilterCriteria } from '../filter-criteria.ts';

/**
 * Whether a record goes to the function; without filters each does. Patterns for a table's stream are about the record as
 * the function gets it; those for Kinesis about its `kinesis` part, with `data` decoded.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
 *
 * @throws ServiceError InvalidEventPatternException
 */
export function recordFilter(
  { Filters = [] }: FilterCriteria = {},
  type: 'DynamoDB' | 'Kinesis',
): (event: object) => boolean {
  const patterns = Filters.map(({ Pattern = '{}' }) => (Pattern === '{}' ? () => true : parsePattern(Pattern)));
  if (patterns.length === 0) return () => true;
  return (event) => {
    const compared = type === 'Kinesis' ? decoded((event as { kinesis: { data: string } }).kinesis) : event;
    return patterns.some((fits) => fits(compared));
  };
}

/** Data that is JSON is compared as such, any other as text. */
function decoded(record: { data: string }): object {
  const text = Buffer.from(record.data, 'base64').toString('utf8');
  try {
    return { ...record, data: JSON.parse(text) };
  } catch {
    return { ...record, data: text };
  }
}
