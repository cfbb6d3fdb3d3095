import { describe, expect, it } from 'vitest';
import { column, profile } from './profile.ts';

const names = (csv: string) => profile(csv).columns.map(({ name }) => name);
const types = (csv: string) => profile(csv).columns.map(({ type }) => type);
const values = (csv: string, name: string) =>
  column(profile(csv), name)
    .frequent.values.map(({ value }) => value)
    .sort();

describe('how a table is written', () => {
  it.each([
    ['comma', ',', 'a,b,c\n1,2,3\n'],
    ['semicolon, with decimal commas', ';', 'a;b;c\n1,5;2,25;3\n7,5;8,25;9\n'],
    ['tab', '\t', 'a\tb\tc\n1\tx, y\t3\n'],
    ['vertical bar', '|', 'a|b|c\n1|2|3\n'],
    ['semicolon, though commas are in every quoted field', ';', 'a;b\n"1,2,3";"4,5"\n"6,7,8";"9,0"\n'],
    ['comma, though semicolons are in some fields', ',', 'a,b\n"x;y",1\n"z",2\n"p;q;r",3\n'],
    ['comma, for a single column', ',', 'a\nhello\nworld\n'],
  ])('finds the delimiter: %s', (_, delimiter, csv) => {
    const report = profile(csv);
    expect(report.format.delimiter).toBe(delimiter);
    expect(report.malformed.total).toBe(0);
    expect(report.rows).toBe(csv.trim().split('\n').length - 1);
  });

  it('reads decimal commas and thousands points where the comma separates nothing', () => {
    const report = profile('preis;stück\n1.234,50;3\n0,5;4\n-12,25;5\n');
    expect(report.format.decimal).toBe(',');
    expect(column(report, 'preis')).toMatchObject({ type: 'number', numbers: { min: -12.25, max: 1234.5 } });
    expect(column(report, 'stück').type).toBe('integer');
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('takes %s as the end of a line, in any chunks', (_, end) => {
    const csv = ['a,b', '1,"x', 'y"', '2,z', ''].join(end);
    for (const size of [1, 2, 3, 1000]) {
      const report = profile(csv, [size]);
      expect(report.rows).toBe(2);
      expect(report.malformed.total).toBe(0);
      expect(column(report, 'b').frequent.values).toContainEqual({ value: `x${end}y`, count: 1 });
    }
  });

  it('takes a mix of line ends, blank lines and a last line without an end', () => {
    const report = profile('a,b\r\n1,2\n\n3,4\r\r\n5,6\n  \n7,8');
    expect(report.rows).toBe(4);
    expect(column(report, 'a').numbers).toMatchObject({ min: 1, max: 7 });
    expect(report.malformed.total).toBe(0);
  });

  it('leaves a byte order mark out of the first name', () => {
    const report = profile('\ufeffa,b\n1,2\n');
    expect(report.columns[0]!.name).toBe('a');
    expect(report.format.byteOrderMark).toBe(true);
  });

  it('reads quoted delimiters, escaped quotes and quoted line breaks', () => {
    expect(values('a,b\n"x,y",1\n"say ""hi""",2\n"two\nlines",3\n"",4\n', 'a')).toEqual([
      'say "hi"',
      'two\nlines',
      'x,y',
    ]);
  });

  it('reads characters that are cut by the chunks', () => {
    const csv = 'naïve,東京\n🙂🙂,ÿ\n';
    for (const size of [1, 2, 3, 5]) {
      const report = profile(csv, [size]);
      expect(report.columns.map(({ name }) => name)).toEqual(['naïve', '東京']);
      expect(column(report, 'naïve')).toMatchObject({ length: { min: 2, max: 2 } });
      expect(column(report, 'naïve').frequent.values).toEqual([{ value: '🙂🙂', count: 1 }]);
    }
  });

  it('allows a delimiter at the end of lines', () => {
    expect(profile('a,b\n1,2,\n3,4,\n')).toMatchObject({ rows: 2, malformed: { total: 0 } });
    expect(names('a,b,\n1,2,\n')).toEqual(['a', 'b', 'column_3']);
  });
});

describe('the names of the columns', () => {
  it('are made unique, and made up where they are missing', () => {
    expect(names('a,,a,a_2, a \n1,2,3,4,x\n')).toEqual(['a', 'column_2', 'a_3', 'a_2', 'a_4']);
  });

  it('are numbers of the columns when the first record is data', () => {
    const report = profile('1,x,2020-01-01\n2,y,2020-01-02\n');
    expect(report).toMatchObject({ rows: 2, format: { header: false } });
    expect(report.columns.map(({ name }) => name)).toEqual(['column_1', 'column_2', 'column_3']);
  });

  it('may be years beside a text', () => {
    expect(names('country,2019,2020\nPeru,1,2\n')).toEqual(['country', '2019', '2020']);
  });
});

describe('the type of a column', () => {
  it.each([
    ['integers', 'integer', ['1', '-2', '+3', '0']],
    ['integers and decimals', 'number', ['1', '2.5', '.5', '1e3', '-2E-7']],
    ['codes with leading zeros among integers', 'text', ['00501', '10001', '10002']],
    ['identifiers too long for a number', 'text', ['12345678901234567890', '5']],
    ['booleans', 'boolean', ['true', 'FALSE', 'Yes', 'no']],
    ['dates', 'date', ['2024-02-29', '1999/12/31']],
    [
      'dates and times',
      'datetime',
      ['2024-02-29', '2024-02-29T10:00', '2024-02-29 10:00:00.5+02:00', '2024-01-01T00:00:00Z'],
    ],
    ['dates that do not exist', 'text', ['2023-02-29', '2024-13-01', '2024-00-10']],
    ['ambiguous dates', 'text', ['01/02/2024', '02.01.2024']],
    ['numbers beyond 1e100', 'text', ['1e101', '1e999']],
    ['numbers with an exception', 'mixed', [...Array.from({ length: 19 }, (_, i) => `${i}`), 'N/A']],
    ['text with some numbers', 'text', ['a', 'b', '1', '2']],
    ['numbers and dates', 'mixed', ['1', '2024-01-01']],
    ['nothing', 'empty', ['', ' ', '']],
    ['white space around', 'integer', [' 1 ', '\u00a02', '3\t']],
  ])('%s: %s', (_, type, cells) => {
    const rows = cells.map((cell) => `x,"${cell}"`);
    for (const order of [rows, rows.toReversed()]) expect(types(['key,c', ...order, ''].join('\n'))[1]).toBe(type);
  });

  it('of a mixed column leaves the statistics of what it mostly is', () => {
    const cells = Array.from({ length: 20 }, (_, i) => `x,${i === 7 ? 'N/A' : i}`);
    const { kinds, numbers } = column(profile(['k,c', ...cells].join('\n')), 'c');
    expect(kinds).toEqual({ integer: 19, text: 1 });
    expect(numbers).toMatchObject({ count: 19, min: 0, max: 19 });
  });

  it('of times converts offsets to UTC', () => {
    const csv = 'k,t\na,2024-01-01T00:30:00+01:00\nb,2024-01-01 12:00\n';
    expect(column(profile(csv), 't').times).toMatchObject({ min: '2023-12-31T23:30:00', max: '2024-01-01T12:00:00' });
  });
});

describe('malformed records', () => {
  const malformed = (csv: string) => {
    const whole = profile(csv);
    for (const size of [1, 3, 7]) expect(profile(csv, [size])).toEqual(whole);
    return whole;
  };

  it('are counted with the line at which they begin, and leave no trace in the columns', () => {
    const report = malformed('a,b\n1,2\n3\n\n"x\r\ny",4\n5,6,7\n8,9\n');
    expect(report.malformed).toEqual({
      total: 2,
      fields: 2,
      quotes: 0,
      first: [
        { line: 3, reason: 'fields', fields: 1 },
        { line: 7, reason: 'fields', fields: 3 },
      ],
    });
    expect(report.rows).toBe(3);
    expect(column(report, 'b').numbers).toMatchObject({ min: 2, max: 9 });
  });

  it.each([
    ['in an unquoted field', 'a,b\n1,2\n5" pipe,3\n4,5\n'],
    ['after a quoted field', 'a,b\n1,2\n"5" pipe,3\n4,5\n'],
    ['before a quoted field', 'a,b\n1,2\n x"5",3\n4,5\n'],
  ])('are those with a stray quote %s', (_, csv) => {
    expect(malformed(csv)).toMatchObject({
      rows: 2,
      malformed: { quotes: 1, fields: 0, first: [{ line: 3, reason: 'quotes' }] },
    });
  });

  it('do not swallow the lines after a quote that nobody closed', () => {
    const report = malformed('a,b\n1,2\n"open,3\n4,5\n6,7\n"x",8\n9,10\n');
    expect(report.malformed.first).toEqual([{ line: 3, reason: 'quotes' }]);
    expect(report.rows).toBe(5);
    expect(column(report, 'b').numbers).toMatchObject({ count: 5, min: 2, max: 10 });
  });

  it('are found at the very end', () => {
    expect(malformed('a,b\n1,2\n3,"4\n')).toMatchObject({
      rows: 1,
      malformed: { first: [{ line: 3, reason: 'quotes' }] },
    });
  });

  it('have the right line after quoted line breaks of every kind', () => {
    const csv = 'a,b\r\n"1\r\n2\n3\r4",x\r\nbad\r\n"p\n\nq",y\r\nbad\r\n';
    expect(malformed(csv).malformed.first.map(({ line }) => line)).toEqual([6, 10]);
  });

  it('are all counted, and the first hundred kept', () => {
    const { malformed } = profile(`a,b\n1,2\n${'x\n'.repeat(250)}`);
    expect(malformed.total).toBe(250);
    expect(malformed.first.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, i) => i + 3));
  });

  it('are records of over a megabyte, whose quote was probably never closed', () => {
    const csv = `a,b\n1,2\n"${'long\n'.repeat(250_000)}",3\n4,5\n`;
    const report = profile(csv);
    expect(report.malformed.first[0]).toEqual({ line: 3, reason: 'quotes' });
    expect(report.rows).toBe(2);
    expect(report.malformed.total).toBe(250_001);
    for (const sizes of [[100_000], [3_000_000]]) expect(profile(csv, sizes)).toEqual(report);
  });
});
