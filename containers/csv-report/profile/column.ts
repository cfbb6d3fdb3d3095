import type { Budget } from './budget.ts';
import { type CellReader, trimmed } from './cell.ts';
import { CountedColumn, type CountedColumnState } from './counted-column.ts';
import { EstimatedColumn, type EstimatedColumnState } from './estimated-column.ts';

export interface ColumnState {
  empty: number;
  counted?: CountedColumnState;
  estimated?: EstimatedColumnState;
}

/** One column: counted exactly while its different values are few, estimated from the first one that is too many. */
export class Column {
  empty = 0;
  filled: CountedColumn | EstimatedColumn = new CountedColumn();

  static restore(state: ColumnState, budget: Budget): Column {
    const column = new Column();
    column.empty = state.empty;
    if (state.counted !== undefined) column.filled = CountedColumn.restore(state.counted);
    else if (state.estimated !== undefined) column.filled = EstimatedColumn.restore(state.estimated, budget);
    return column;
  }

  snapshot(): ColumnState {
    return this.filled instanceof CountedColumn
      ? { empty: this.empty, counted: this.filled.snapshot() }
      : { empty: this.empty, estimated: this.filled.snapshot() };
  }

  /** Adds a cell. One without anything but white space is empty. */
  add(cell: string, budget: Budget, reader: CellReader): void {
    const value = trimmed(cell);
    if (value === '') {
      this.empty++;
      return;
    }
    if (this.filled instanceof CountedColumn) {
      if (this.filled.add(value, budget)) return;
      this.filled = EstimatedColumn.from([...this.filled.entries()], budget, reader);
    }
    this.filled.add(value, reader);
  }
}
