import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../containers/csv-report/report/page.ts';
import { naive } from './naive.ts';
import { column, interrupted, profile, stopsOf } from './profile.ts';

const DELIMITERS = [',', ';', '\t', '|'];

/** A cell as spreadsheets hold them: numbers, dates, words, anything. */
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -1000, max: 1000 }).map(String) },
  { weight: 2, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '2024-02-29', '2023-01-01T10:00:00Z', 'true', 'No', '007', 'N/A') },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom('a,b', 'say "x"', 'two\nlines', 'cr\rlf\r\n', ';;', '\t', '"', '""') },
);

const table = fc
  .record({
    columns: fc.integer({ min: 2, max: 5 }),
    delimiter: fc.constantFrom(...DELIMITERS),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    bom: fc.boolean(),
    lastLineEnd: fc.boolean(),
  })
  .chain((form) =>
    fc.record({
      form: fc.constant(form),
      rows: fc.array(fc.array(cell, { minLength: form.columns, maxLength: form.columns }), {
        minLength: 1,
        maxLength: 40,
      }),
    }),
  );

type GeneratedTable = typeof table extends fc.Arbitrary<infer T> ? T : never;

/** Writes RFC 4180: quotes what needs it, and every cell of a record that would otherwise look like a blank line. */
function write({ form: { delimiter, lineEnd, bom, lastLineEnd, columns }, rows }: GeneratedTable): string {
  const quoted = (text: string) =>
    /["\r\n]/.test(text) || DELIMITERS.some((d) => text.includes(d)) ? `"${text.replaceAll('"', '""')}"` : text;
  const header = Array.from({ length: columns }, (_, i) => `name ${i}`);
  const lines = [header, ...rows].map((cells) => cells.map(quoted).join(delimiter));
  return (bom ? '\ufeff' : '') + lines.join(lineEnd) + (lastLineEnd ? lineEnd : '');
}

describe('any table', () => {
  it('has the numbers that a plain count of its cells gives', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 100 }), (generated, size) => {
        const report = profile(write(generated), [size]);
        expect(report.malformed.total).toBe(0);
        expect(report.rows).toBe(generated.rows.length);
        expect(report.format.delimiter).toBe(generated.form.delimiter);
        for (let i = 0; i < generated.form.columns; i++) {
          const found = column(report, `name ${i}`);
          const cells = generated.rows.map((row) => row[i]!);
          const exact = naive(cells);
          expect(found).toMatchObject({ filled: exact.filled, empty: exact.empty });
          expect(found.distinct).toEqual({ count: exact.distinct, exact: true });
          expect(found.frequent.values).toEqual(exact.top.slice(0, 10).map(([value, count]) => ({ value, count })));
          if (found.length) {
            expect(found.length).toEqual({ min: Math.min(...exact.lengths), max: Math.max(...exact.lengths) });
          }
          if (found.type === 'integer' || found.type === 'number') {
            if (report.format.decimal === ',') continue;
            expect(found.numbers).toMatchObject({ min: exact.min, max: exact.max });
            expect(Math.abs(found.numbers!.mean - exact.mean)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(exact.mean)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has the same report whatever the chunks, with and without quotes, in order or damaged', () => {
    const damaged = fc
      .tuple(table, fc.array(fc.tuple(fc.nat(), fc.constantFrom('"', '\n', ',', 'x', '""', '\r')), { maxLength: 8 }))
      .map(([generated, damages]) => {
        let csv = write(generated);
        for (const [at, what] of damages) csv = csv.slice(0, at % csv.length) + what + csv.slice(at % csv.length);
        return csv;
      });
    const outcome = (csv: string, sizes: number[]) => {
      try {
        return profile(csv, sizes);
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(damaged, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }), (csv, sizes) => {
        expect(outcome(csv, sizes)).toEqual(outcome(csv, [1_000_000]));
      }),
      { numRuns: 500 },
    );
  });
});

describe('any column of numbers or times', () => {
  const numbers = fc.oneof(
    fc.double({ min: -1e100, max: 1e100, noNaN: true }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -5, max: 5 }),
    fc.constantFrom(0, 1e15, 1e15 + 1, 123_456.789, 5e-324),
  );
  const time = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });

  it('has a histogram whose bins are adjacent and hold every value that is not counted beside them', () => {
    const cells = fc.oneof(
      fc.array(numbers.map(String), { minLength: 1, maxLength: 200 }),
      fc.array(
        time.map((date) => date.toISOString()),
        { minLength: 1, maxLength: 50 },
      ),
      fc.array(
        time.map((date) => date.toISOString().slice(0, 10)),
        { minLength: 1, maxLength: 50 },
      ),
    );
    fc.assert(
      fc.property(cells, (cells) => {
        const report = profile(`k,c\n${cells.map((cell) => `x,${cell}\n`).join('')}`);
        const { numbers, times } = column(report, 'c');
        const { histogram, count } = numbers ?? times ?? {};
        // Numbers beyond 1e100 make text of a column.
        if (histogram === undefined || count === undefined) return;
        const { bins, below, above, without } = histogram;
        expect(bins.reduce((sum, bin) => sum + bin.count, below + above + (without?.count ?? 0))).toBe(count);
        for (const [i, bin] of bins.entries()) {
          expect(bin.count).toBeGreaterThanOrEqual(0);
          if (i > 0) expect(bin.from).toBe(bins[i - 1]!.to);
        }
        expect(bins.length).toBeLessThanOrEqual(60);
        expect(renderReport(report)).not.toMatch(/NaN|Infinity|undefined/);
      }),
      // A range whose ticks have steps with no inverse.
      { numRuns: 400, examples: [[['5e-324', '4.9406604e-317']], [['0', '1e-307']]] },
    );
  });
});

describe('an interrupted reading', () => {
  it('ends with the same bytes, wherever it stopped and however the bytes came', () => {
    fc.assert(
      fc.property(
        table,
        fc.array(fc.nat({ max: 2000 }), { maxLength: 4 }).map((stops) => stops.sort((a, b) => a - b)),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        (generated, stops, sizes) => {
          const bytes = Buffer.from(write(generated));
          const whole = interrupted(bytes, [], [bytes.length], 128);
          expect(interrupted(bytes, stops, sizes, 128)).toBe(whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may stop at every single record', () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i},"${'x'.repeat(i % 7)}\n${i * 0.1}",2024-01-${(i % 28) + 1}\n`,
    );
    const bytes = Buffer.from(`id,text,day\n${rows.join('')}bad\n1,"open,3\n5,6,7\n`);
    const whole = interrupted(bytes, [], [bytes.length], 64);
    const stops = stopsOf(bytes, [11], 64);
    expect(stops.length).toBeGreaterThan(40);
    for (const stop of [...stops, bytes.length]) expect(interrupted(bytes, [stop], [11], 64)).toBe(whole);
    const everywhere = Array.from(bytes.keys());
    expect(interrupted(bytes, everywhere, [1], 64)).toBe(whole);
  });

  it('ends with the same bytes where columns are estimated', () => {
    const line = (i: number) =>
      `${i},${Math.sin(i) * 1e6},word ${(i * i) % 30_011},2020-01-01T00:00:${10 + (i % 50)}.${i % 1000}\n`;
    const rows = Array.from({ length: 12_000 }, (_, i) => line(i));
    const bytes = Buffer.from(`id,value,word,at\n${rows.join('')}`);
    const whole = interrupted(bytes, [], [65_536]);
    expect(
      JSON.parse(whole).columns.map((column: { distinct: { exact: boolean } }) => column.distinct.exact),
    ).toContain(false);
    for (const stops of [[100_000], [300_000, 300_001, 431_234, 500_000], [bytes.length]]) {
      expect(interrupted(bytes, stops, [997, 13_001])).toBe(whole);
    }
  });
});
