import type { Dialect } from '../csv/dialect.ts';
import { byCountThenText } from '../sketches/misra-gries.ts';
import { dateText, datetimeText } from './calendar.ts';
import { CellReader, characters, type Decimal, type Kind } from './cell.ts';
import type { Column } from './column.ts';
import { columnType } from './column-type.ts';
import { CountedColumn } from './counted-column.ts';
import { countedDistribution, type Distribution, estimatedDistribution } from './distribution.ts';
import { type EstimatedColumn, frequentText, isNumeric, isTemporal } from './estimated-column.ts';
import { histogram } from './histogram.ts';
import type { ColumnReport, CsvReport, NumberStatistics, Quantiles, TimeStatistics } from './result.ts';
import type { Table } from './table.ts';

const LISTED = 10;

/** The finished profile as `result.json` has it. */
export function summarize(
  object: CsvReport['object'],
  { table, dialect, bom }: { table: Table; dialect: Dialect; bom: boolean },
): CsvReport {
  const { fields, quotes } = table.malformed;
  return {
    object,
    format: { encoding: 'UTF-8', byteOrderMark: bom, ...dialect },
    rows: table.rows,
    malformed: { total: fields + quotes, fields, quotes, first: table.firstMalformed },
    columns: table.columns.map((column, i) => summarizeColumn(table.names[i]!, column, table)),
  };
}

/** What both kinds of columns come down to. */
interface Content {
  kinds: Partial<Record<Kind, number>>;
  distinct: ColumnReport['distinct'];
  frequent: ColumnReport['frequent'];
  numbers: Distribution | undefined;
  times: Distribution | undefined;
  shortest: number;
  longest: number;
}

function summarizeColumn(name: string, column: Column, { rows, decimal }: Table): ColumnReport {
  const filled = rows - column.empty;
  const content =
    column.filled instanceof CountedColumn
      ? countedContent(column.filled, decimal)
      : estimatedContent(column.filled, filled);
  const { kinds, distinct, frequent, numbers, times, shortest, longest } = content;
  const type = columnType(kinds);
  const mostly = (part: Distribution | undefined) =>
    type === 'mixed' && part !== undefined && part.moments.count > filled / 2;
  const report: ColumnReport = { name, type, filled, empty: column.empty, kinds, distinct, frequent };
  if (numbers && (type === 'integer' || type === 'number' || mostly(numbers))) {
    report.numbers = numberStatistics(numbers, kinds.number === undefined);
  }
  if (times && (type === 'date' || type === 'datetime' || mostly(times))) {
    report.times = timeStatistics(times, kinds.datetime === undefined);
  }
  if (type === 'text' || type === 'mixed') report.length = { min: shortest, max: longest };
  return report;
}

function countedContent(column: CountedColumn, decimal: Decimal): Content {
  const reader = new CellReader(decimal);
  const kinds: Partial<Record<Kind, number>> = {};
  const numbers: [number, number][] = [];
  const times: [number, number][] = [];
  let [shortest, longest] = [Number.MAX_SAFE_INTEGER, 0];
  for (const [value, count] of column.entries()) {
    reader.read(value);
    kinds[reader.kind] = (kinds[reader.kind] ?? 0) + count;
    if (isNumeric(reader.kind)) numbers.push([reader.value, count]);
    if (isTemporal(reader.kind)) times.push([reader.value, count]);
    shortest = Math.min(shortest, characters(value));
    longest = Math.max(longest, characters(value));
  }
  const listed = [...column.entries()].sort(byCountThenText).slice(0, LISTED);
  return {
    kinds,
    distinct: { count: column.distinct, exact: true },
    frequent: { values: listed.map(([value, count]) => ({ value, count })), exact: true, error: 0 },
    numbers: numbers.length > 0 ? countedDistribution(numbers) : undefined,
    times: times.length > 0 ? countedDistribution(times) : undefined,
    shortest,
    longest,
  };
}

function estimatedContent(column: EstimatedColumn, filled: number): Content {
  const error = column.frequent.overflow;
  const listed = column.frequent.list().filter(([, count]) => count > error);
  return {
    kinds: column.kinds,
    distinct: {
      count: Math.min(column.distinct.estimate(), filled),
      exact: false,
      standardError: column.distinct.standardError,
    },
    frequent: {
      values: listed.slice(0, LISTED).map(([key, count]) => ({ value: frequentText(key), count })),
      exact: error === 0,
      error,
    },
    numbers: column.numbers && estimatedDistribution(column.numbers),
    times: column.times && estimatedDistribution(column.times),
    shortest: column.shortest,
    longest: column.longest,
  };
}

function numberStatistics(distribution: Distribution, integers: boolean): NumberStatistics {
  const { count, min, max, mean, standardDeviation = null } = distribution.moments;
  return {
    count,
    min,
    max,
    mean,
    standardDeviation,
    quantiles: { ...quantiles(distribution, (value) => value), exact: distribution.exact },
    histogram: histogram(distribution, integers ? 'integer' : 'number'),
  };
}

function timeStatistics(distribution: Distribution, dates: boolean): TimeStatistics {
  const { count, min, max, mean } = distribution.moments;
  const text = dates ? dateText : datetimeText;
  const { bins, without, ...rest } = histogram(distribution, dates ? 'date' : 'datetime');
  return {
    count,
    min: text(min),
    max: text(max),
    mean: text(mean),
    quantiles: { ...quantiles(distribution, text), exact: distribution.exact },
    histogram: {
      bins: bins.map((bin) => ({ from: text(bin.from), to: text(bin.to), count: bin.count })),
      ...(without && { without: { value: text(without.value), count: without.count } }),
      ...rest,
    },
  };
}

function quantiles<Value>(distribution: Distribution, show: (value: number) => Value): Quantiles<Value> {
  const at = (q: number) => show(distribution.quantile(q));
  return { p1: at(0.01), p5: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95), p99: at(0.99) };
}
