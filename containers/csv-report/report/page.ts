import type { CsvReport } from '../profile/result.ts';
import { MALFORMED_KEPT } from '../profile/table.ts';
import { columnCard } from './column-card.ts';
import { bytes, count, percent, plural } from './format.ts';
import { Html, html } from './html.ts';
import { overview } from './overview.ts';
import { style } from './style.ts';

const DELIMITER_NAMES = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'vertical bar' } as const;

/** One self-contained page: no script, nothing loaded. It depends on the report alone. */
export function renderReport(report: CsvReport): string {
  const { object, rows, columns, malformed } = report;
  const file = object.key.split('/').at(-1) || object.key;
  const cells = rows * columns.length;
  const empty = columns.reduce((sum, column) => sum + column.empty, 0);
  const estimated = columns.some(({ distinct }) => !distinct.exact);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${file}: CSV report</title>
<style>${new Html(style)}</style>
</head>
<body>
<header class="top">
<p class="kicker">CSV report</p>
<h1>${file}</h1>
<p class="where">s3://${object.bucket}/${object.key}</p>
<dl class="tiles">
${tile('Rows', count(rows))}
${tile('Columns', count(columns.length))}
${tile('Size', bytes(object.size))}
${tile('Empty cells', percent(empty, cells))}
${tile('Malformed records', count(malformed.total), malformed.total > 0 ? 'warn' : '')}
</dl>
<p class="format">${formatText(report)}</p>
</header>
<main>
${malformed.total > 0 && malformedSection(report)}
<section aria-labelledby="overview"><h2 id="overview">Overview</h2>${overview(columns)}</section>
<section aria-labelledby="columns"><h2 id="columns">Columns</h2><div class="cards">${columns.map(columnCard)}</div></section>
</main>
<footer>
${estimated ? html`<p>≈ and ≥ mark estimates of columns with many different values: distinct values by HyperLogLog, frequent values by Misra–Gries, quantiles and histograms by t-digest. Everything else is exact.</p>` : html`<p>All numbers are exact.</p>`}
<p>In histograms the dashed line is the median. Surrounding white space is ignored; a cell of nothing else is empty.</p>
<p class="identity">ETag ${object.eTag}${object.versionId !== undefined && html` · version ${object.versionId}`}</p>
</footer>
</body>
</html>
`.text;
}

function tile(term: string, value: string, kind = ''): Html {
  return html`<div class="${kind}"><dt>${term}</dt><dd>${value}</dd></div>`;
}

function formatText({ format, columns }: CsvReport): string {
  const parts = [
    columns.length > 1 && `Separated by ${DELIMITER_NAMES[format.delimiter]}`,
    format.byteOrderMark ? 'UTF-8 with byte order mark' : 'UTF-8',
    format.header ? 'the first record names the columns' : 'no header: columns are numbered',
    format.decimal === ',' && 'decimal comma',
  ];
  return parts.filter(Boolean).join(' · ');
}

function malformedSection({ malformed }: CsvReport): Html {
  const { total, fields, quotes, first } = malformed;
  const reasons = [
    fields > 0 && `${count(fields)} with the wrong number of fields`,
    quotes > 0 && `${count(quotes)} with a stray or unclosed quote`,
  ].filter(Boolean);
  return html`<section class="malformed" aria-labelledby="malformed"><h2 id="malformed">Malformed records</h2>
<p>${plural(total, 'record')} left out of all numbers: ${reasons.join(', ')}.</p>
<details><summary>${total > MALFORMED_KEPT ? `The first ${MALFORMED_KEPT} line numbers` : 'Line numbers'}</summary>
<table><thead><tr><th scope="col">Line</th><th scope="col">Problem</th></tr></thead><tbody>${first.map(
    ({ line, reason, fields }) =>
      html`<tr><td>${count(line)}</td><td>${reason === 'quotes' ? 'stray or unclosed quote' : plural(fields ?? 0, 'field')}</td></tr>`,
  )}</tbody></table></details></section>`;
}
