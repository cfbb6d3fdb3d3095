import type { ColumnReport } from '../profile/result.ts';
import { shareBar, sparkline } from './charts.ts';
import { distinctText, family, fillBar } from './column-card.ts';
import { number, percent } from './format.ts';
import { type Html, html } from './html.ts';

/** All columns in a table, each linked to its card. */
export function overview(columns: ColumnReport[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="All columns"><table class="overview">
<thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col">Filled</th><th scope="col" class="figure">Distinct</th><th scope="col" class="wide">Range or most frequent</th><th scope="col" class="shape">Distribution</th></tr></thead>
<tbody>${columns.map(row)}</tbody></table></div>`;
}

function row(column: ColumnReport, index: number): Html {
  const { name, type, filled, empty } = column;
  return html`<tr class="${family(type)}"><th scope="row"><a href="#column-${index + 1}">${name}</a></th>
<td><span class="type">${type}</span></td>
<td class="filled-cell">${fillBar(filled, filled + empty)}<span>${percent(filled, filled + empty)}</span></td>
<td class="figure">${distinctText(column)}</td>
<td class="wide"><span class="clip">${essence(column)}</span></td>
<td class="shape">${shape(column)}</td></tr>`;
}

function essence({ numbers, times, frequent }: ColumnReport): string {
  if (numbers) return `${number(numbers.min)} to ${number(numbers.max)}`;
  if (times) return `${times.min.slice(0, 10)} to ${times.max.slice(0, 10)}`;
  if ((frequent.values[0]?.count ?? 0) < 2) return '';
  return frequent.values
    .slice(0, 3)
    .map(({ value }) => value)
    .join(', ');
}

function shape({ numbers, times, frequent, filled }: ColumnReport): Html | undefined {
  const histogram = numbers?.histogram ?? times?.histogram;
  if (histogram) return sparkline(histogram.bins.map((bin) => bin.count));
  return filled > 0
    ? shareBar(
        frequent.values.map((value) => value.count),
        filled,
      )
    : undefined;
}
