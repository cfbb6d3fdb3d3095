import type { Histogram } from '../profile/histogram.ts';
import type { ColumnReport, NumberStatistics, TimeStatistics } from '../profile/result.ts';
import { numberHistogram, timeHistogram } from './charts.ts';
import { count, number, percent, plural } from './format.ts';
import { type Html, html } from './html.ts';

/** Everything about one column. */
export function columnCard(column: ColumnReport, index: number): Html {
  const { name, type, numbers, times } = column;
  return html`<article class="card ${family(type)}" id="column-${index + 1}" aria-labelledby="name-${index + 1}">
<header><h3 id="name-${index + 1}">${name}</h3><span class="type">${type}</span></header>
${fill(column)}
${numbers && numberSection(name, numbers, type)}
${times && timeSection(name, times)}
${kinds(column)}
${frequent(column)}
</article>`;
}

/** Types that look alike: `number`, `time`, `text` or `boolean`. */
export function family(type: ColumnReport['type']): string {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'date' || type === 'datetime') return 'time';
  return type;
}

export function distinctText({ distinct }: ColumnReport): string {
  return distinct.exact ? count(distinct.count) : `≈ ${count(distinct.count)}`;
}

function fill({ filled, empty, distinct }: ColumnReport): Html {
  const total = filled + empty;
  const title = distinct.exact
    ? undefined
    : `Estimated: within ${(200 * distinct.standardError).toFixed(1)} % in 95 of 100 cases`;
  return html`<div class="fill">${fillBar(filled, total)}
<p><span>${empty === 0 ? 'No cell is empty' : `${plural(empty, 'empty cell')} (${percent(empty, total)})`}</span>
<span${title !== undefined && html` title="${title}"`}>${distinct.exact ? '' : '≈ '}${plural(distinct.count, 'distinct value')}</span></p></div>`;
}

export function fillBar(filled: number, total: number): Html {
  const share = total === 0 ? 0 : Math.round((10_000 * filled) / total) / 100;
  return html`<svg class="filled" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="${percent(filled, total)} filled"><rect class="rest" width="100" height="4"/><rect width="${share}" height="4"/></svg>`;
}

function numberSection(name: string, statistics: NumberStatistics, type: ColumnReport['type']): Html {
  const { min, max, mean, standardDeviation, quantiles, histogram } = statistics;
  const integers =
    type === 'integer' || histogram.bins.every(({ from, to }) => Number.isInteger(from) && to - from === 1);
  const about = quantiles.exact ? '' : '≈ ';
  return html`${numberHistogram(histogram, integers, quantiles.p50, name)}
${outside(histogram)}
${figures(
  [
    ['Minimum', number(min)],
    ['Median', about + number(quantiles.p50)],
    ['Maximum', number(max)],
    ['Mean', number(mean)],
    ['Std. deviation', standardDeviation === null ? 'none' : number(standardDeviation)],
  ],
  [
    ['Middle half', `${about}${number(quantiles.p25)} to ${number(quantiles.p75)}`],
    ['Middle 90 %', `${about}${number(quantiles.p5)} to ${number(quantiles.p95)}`],
  ],
)}`;
}

function timeSection(name: string, { min, max, quantiles, histogram }: TimeStatistics): Html {
  const about = quantiles.exact ? '' : '≈ ';
  const show = (text: string) => text.replace('T', ' ');
  return html`${timeHistogram(histogram, quantiles.p50, name)}
${outside(histogram)}
${figures(
  [
    ['Earliest', show(min)],
    ['Median', about + show(quantiles.p50)],
    ['Latest', show(max)],
  ],
  [['Middle half', `${about}${show(quantiles.p25)} to ${show(quantiles.p75)}`]],
)}`;
}

/** Short values side by side, ranges below them. */
function figures(values: [term: string, value: string][], ranges: [term: string, value: string][]): Html {
  const entry = ([term, value]: [string, string]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
  return html`<dl>${values.map(entry)}</dl><dl class="ranges">${ranges.map(entry)}</dl>`;
}

/** What the histogram leaves out so that the rest can be seen. */
function outside({ below, above, without }: Histogram<unknown>): Html | undefined {
  const parts = [
    without &&
      `${plural(without.count, 'cell')} with ${typeof without.value === 'number' ? number(without.value) : without.value}`,
    below > 0 && plural(below, 'smaller value'),
    above > 0 && plural(above, 'larger value'),
  ].filter(Boolean);
  return parts.length > 0 ? html`<p class="quiet">Not in the picture: ${parts.join(', ')}.</p>` : undefined;
}

/** Which kinds of cells a column has, when it is not all one. */
function kinds({ kinds, type, filled }: ColumnReport): Html | undefined {
  const entries = Object.entries(kinds).sort((a, b) => b[1] - a[1]);
  if (type !== 'mixed' || entries.length < 2) return undefined;
  const list = entries.map(([kind, cells]) => `${count(cells)} ${kind} (${percent(cells, filled)})`);
  return html`<p class="kinds">${list.join(' · ')}</p>`;
}

function frequent(column: ColumnReport): Html {
  const { filled, distinct, numbers, times, length } = column;
  const { values, exact, error } = column.frequent;
  const [first] = values;
  const notes: string[] = [];
  let table: Html | undefined;
  if (filled === 0) notes.push('Nothing but empty cells');
  else if (first === undefined) notes.push(`No frequent values: none occurs more than ${plural(2 * error, 'time')}`);
  else if (exact && first.count === 1) notes.push(filled === 1 ? 'One value' : 'Every value occurs once');
  else {
    const shown = numbers || times ? values.slice(0, 3) : values;
    table = valueTable(shown, column);
    if (exact && distinct.count > shown.length)
      notes.push(`and ${plural(distinct.count - shown.length, 'other value')}`);
  }
  if (length)
    notes.push(
      length.min === length.max
        ? plural(length.min, 'character')
        : `${count(length.min)} to ${plural(length.max, 'character')}`,
    );
  return html`${table}${notes.length > 0 && html`<p class="quiet">${notes.join(' · ')}</p>`}`;
}

function valueTable(
  values: ColumnReport['frequent']['values'],
  { frequent: { exact, error }, filled }: ColumnReport,
): Html {
  const caption = exact ? 'Most frequent values' : `Most frequent values (counts up to ${count(error)} too low)`;
  const most = values[0]?.count ?? 1;
  return html`<table class="values"><caption>${caption}</caption><tbody>${values.map(
    ({ value, count: times }) => html`<tr><th scope="row">${meter(times, most)}<span>${value}</span></th>
<td>${exact ? '' : '≥ '}${count(times)}</td><td class="share">${percent(times, filled)}</td></tr>`,
  )}</tbody></table>`;
}

/** A pale bar behind a value, as long as its share of the most frequent one. */
function meter(times: number, most: number): Html {
  const width = Math.max(Math.round((10_000 * times) / most) / 100, 0.5);
  return html`<svg class="meter" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="1"/></svg>`;
}
