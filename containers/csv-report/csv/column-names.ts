import { trimmed } from '../profile/cell.ts';

/**
 * A different name for each column: its header cell without surrounding white space; `column_3` for the third when that is
 * empty or there is no header; a repeated name gets `_2`, `_3`, … (the next that is free).
 */
export function columnNames(cells: string[], header: boolean): string[] {
  const names = cells.map((cell, i) => (header && trimmed(cell)) || `column_${i + 1}`);
  const taken = new Set(names);
  const used = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 2; used.has(unique) || (unique !== name && taken.has(unique)); n++) unique = `${name}_${n}`;
    used.add(unique);
    return unique;
  });
}
