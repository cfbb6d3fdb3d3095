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
${column.length && html`<p class="quiet">${lengthText(column.length)}</p>`}
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
<dl>${[
    ['Minimum', number(min)],
    ['Median', about + number(quantiles.p50)],
    ['Maximum', number(max)],
    ['Mean', number(mean)],
    ['Standard deviation', standardDeviation === null ? 'none' : number(standardDeviation)],
    ['Middle half', `${about}${number(quantiles.p25)} to ${number(quantiles.p75)}`],
    ['Middle 90 %', `${about}${number(quantiles.p5)} to ${number(quantiles.p95)}`],
  ].map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function timeSection(name: string, { min, max, quantiles, histogram }: TimeStatistics): Html {
  const about = quantiles.exact ? '' : '≈ ';
  const show = (text: string) => text.replace('T', ' ');
  return html`${timeHistogram(histogram, quantiles.p50, name)}
${outside(histogram)}
<dl>${[
    ['Earliest', show(min)],
    ['Median', about + show(quantiles.p50)],
    ['Latest', show(max)],
    ['Middle half', `${about}${show(quantiles.p25)} to ${show(quantiles.p75)}`],
  ].map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function outside({ below, above }: { below: number; above: number }): Html | undefined {
  if (below + above === 0) return undefined;
  const parts = [below > 0 && `${count(below)} smaller`, above > 0 && `${count(above)} larger`].filter(Boolean);
  return html`<p class="quiet">Not in the picture: ${parts.join(' and ')} ${below + above === 1 ? 'value' : 'values'}.</p>`;
}

/** Which kinds of cells a column has, when it is not all one. */
function kinds({ kinds, type, filled }: ColumnReport): Html | undefined {
  const entries = Object.entries(kinds).sort((a, b) => b[1] - a[1]);
  if (type !== 'mixed' || entries.length < 2) return undefined;
  const list = entries.map(([kind, cells]) => `${count(cells)} ${kind} (${percent(cells, filled)})`);
  return html`<p class="kinds">${list.join(' · ')}</p>`;
}

function frequent({
  frequent: { values, exact, error },
  filled,
  distinct,
  numbers,
  times,
}: ColumnReport): Html | undefined {
  if (filled === 0) return html`<p class="quiet">Nothing but empty cells.</p>`;
  const [first] = values;
  if (exact && first?.count === 1) {
    return html`<p class="quiet">${filled === 1 ? 'One value.' : 'Every value occurs once.'}</p>`;
  }
  if (first === undefined) {
    return html`<p class="quiet">No frequent values: none occurs more than ${plural(2 * error, 'time')}.</p>`;
  }
  const shown = numbers || times ? values.slice(0, 3) : values;
  const rest = exact ? distinct.count - shown.length : 0;
  const about = exact ? '' : '≥ ';
  return html`<table class="values"><caption>${exact ? 'Most frequent values' : `Most frequent values (counts up to ${count(error)} too low)`}</caption>
<tbody>${shown.map(
    ({ value, count: times }) => html`<tr><th scope="row"><span>${value}</span></th>
<td class="meter">${fillBar(times, Math.max(first.count, 1))}</td><td>${about}${count(times)}</td><td class="share">${percent(times, filled)}</td></tr>`,
  )}</tbody></table>
${rest > 0 && html`<p class="quiet">and ${plural(rest, 'other value')}</p>`}`;
}

function lengthText({ min, max }: { min: number; max: number }): string {
  return min === max ? `Always ${plural(min, 'character')}` : `${count(min)} to ${plural(max, 'character')}`;
}
