import type { Kind } from './cell.ts';

export type ColumnType = 'integer' | 'number' | 'boolean' | 'date' | 'datetime' | 'text' | 'mixed' | 'empty';

/** Up to this share of text, typed cells with exceptions are `mixed`; above it the column is `text` in which some cells look typed. */
const TEXT_SHARE = 0.1;

/**
 * A column's type from how many cells of each kind it has, whatever their order:
 *
 * 1. no filled cell: `empty`;
 * 2. cells of one family: `integer`, widened to `number` by any number; `date`, widened to `datetime` by any datetime;
 *    `boolean`; `text`. Identifiers (`00501`) are text, and make text of the integers beside them: postal codes stay codes;
 * 3. cells of several families: `text` when more than a tenth are text, else `mixed`.
 */
export function columnType(kinds: Partial<Record<Kind, number>>): ColumnType {
  const { integer = 0, number = 0, identifier = 0, boolean = 0, date = 0, datetime = 0, text = 0 } = kinds;
  const textual = text + identifier + (identifier > 0 ? integer : 0);
  const numeric = number + (identifier > 0 ? 0 : integer);
  const temporal = date + datetime;
  const filled = textual + numeric + boolean + temporal;
  switch (filled) {
    case 0:
      return 'empty';
    case numeric:
      return number > 0 ? 'number' : 'integer';
    case temporal:
      return datetime > 0 ? 'datetime' : 'date';
    case boolean:
      return 'boolean';
    default:
      return textual > TEXT_SHARE * filled ? 'text' : 'mixed';
  }
}
