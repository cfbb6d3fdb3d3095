import { type Budget, budgetFor } from './budget.ts';
import { CellReader, type Decimal, trimmed } from './cell.ts';
import { Column, type ColumnState } from './column.ts';

export type MalformedReason = 'fields' | 'quotes';

export interface MalformedRecord {
  /** Of the record's first line; the object's first line is 1. */
  line: number;
  reason: MalformedReason;
  /** How many fields it has instead of one per column; absent for `quotes`. */
  fields?: number;
}

export interface TableState {
  names: string[];
  decimal: Decimal;
  rows: number;
  malformed: Record<MalformedReason, number>;
  firstMalformed: MalformedRecord[];
  columns: ColumnState[];
}

/** How many malformed records are kept with their line numbers; all are counted. */
export const MALFORMED_KEPT = 100;

/** The profile of a table while its records come in. Records that are malformed are counted and leave no trace in the columns. */
export class Table {
  readonly names: readonly string[];
  readonly decimal: Decimal;
  readonly columns: Column[];
  readonly malformed: Record<MalformedReason, number> = { fields: 0, quotes: 0 };
  readonly firstMalformed: MalformedRecord[] = [];
  rows = 0;
  readonly #budget: Budget;
  readonly #reader: CellReader;

  constructor(names: readonly string[], decimal: Decimal, columns = names.map(() => new Column())) {
    this.names = names;
    this.decimal = decimal;
    this.columns = columns;
    this.#budget = budgetFor(names.length);
    this.#reader = new CellReader(decimal);
  }

  static restore(state: TableState): Table {
    const budget = budgetFor(state.names.length);
    const columns = state.columns.map((column) => Column.restore(column, budget));
    const table = new Table(state.names, state.decimal, columns);
    table.rows = state.rows;
    Object.assign(table.malformed, state.malformed);
    table.firstMalformed.push(...state.firstMalformed);
    return table;
  }

  snapshot(): TableState {
    return {
      names: [...this.names],
      decimal: this.decimal,
      rows: this.rows,
      malformed: { ...this.malformed },
      firstMalformed: [...this.firstMalformed],
      columns: this.columns.map((column) => column.snapshot()),
    };
  }

  /**
   * Adds a record that begins at `line`. Empty fields past the last column (a delimiter at the end of the line) are no error; a
   * line of nothing but white space is no record, unless there is only one column.
   */
  record(fields: string[], line: number): void {
    const { columns } = this;
    if (fields.length !== columns.length) {
      if (fields.length === 1 && trimmed(fields[0]!) === '') return;
      if (fields.length < columns.length || fields.slice(columns.length).some((field) => trimmed(field) !== '')) {
        this.reject({ line, reason: 'fields', fields: fields.length });
        return;
      }
    }
    this.rows++;
    for (let i = 0; i < columns.length; i++) columns[i]!.add(fields[i]!, this.#budget, this.#reader);
  }

  reject(record: MalformedRecord): void {
    this.malformed[record.reason]++;
    if (this.firstMalformed.length < MALFORMED_KEPT) this.firstMalformed.push(record);
  }
}
