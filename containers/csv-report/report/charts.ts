import { scaleLinear, scaleUtc } from 'd3-scale';
import type { Histogram } from '../profile/histogram.ts';
import { count, number, percent, short } from './format.ts';
import { type Html, html } from './html.ts';

interface Bar {
  from: number;
  to: number;
  count: number;
  label: string;
}

interface Tick {
  at: number;
  label: string;
}

const WIDTH = 380;
const HEIGHT = 150;
const PLOT = { left: 38, right: WIDTH - 10, top: 10, bottom: HEIGHT - 24 };

export function numberHistogram({ bins }: Histogram, integers: boolean, median: number, name: string): Html {
  const bars = bins.map(({ from, to, count }) => {
    const single = integers && to - from <= 1;
    return { from, to, count, label: single ? number(from) : `${number(from)} to ${number(integers ? to - 1 : to)}` };
  });
  return histogramChart(bars, numberTicks(bars, integers), median + tickShift(bars, integers), `Histogram of ${name}`);
}

function numberTicks(bars: Bar[], integers: boolean): Tick[] {
  const [low, high] = [bars[0]!.from, bars.at(-1)!.to];
  if (bars.length === 1) return (low === high ? [low] : [low, high]).map((at) => ({ at, label: number(at) }));
  const scale = scaleLinear([low, high], [0, 1]);
  const format = Math.max(Math.abs(low), Math.abs(high)) >= 1e5 ? short : scale.tickFormat(5);
  const shift = tickShift(bars, integers);
  return scale
    .ticks(5)
    .filter((at) => shift === 0 || (Number.isInteger(at) && at < high))
    .map((at) => ({ at: at + shift, label: format(at).replace('−', '-') }));
}

/** A bin of one whole number has its tick in the middle. */
function tickShift(bars: Bar[], integers: boolean): number {
  return integers && bars.every(({ from, to }) => to - from === 1) ? 0.5 : 0;
}

export function timeHistogram({ bins }: Histogram<string>, median: string, name: string): Html {
  const time = (text: string) => Date.parse(text.length === 10 ? text : `${text}Z`);
  const bars = bins.map(({ from, to, count }) => ({
    from: time(from),
    to: time(to),
    count,
    label: `${from.replace('T', ' ')} to ${to.replace('T', ' ')}`,
  }));
  const scale = scaleUtc([bars[0]!.from, bars.at(-1)!.to], [0, 1]);
  const format = scale.tickFormat(5);
  const ticks = scale.ticks(5).map((date) => ({ at: date.getTime(), label: format(date) }));
  return histogramChart(bars, ticks, time(median), `Histogram of ${name}`);
}

function histogramChart(bars: Bar[], ticks: Tick[], median: number, title: string): Html {
  const total = bars.reduce((sum, bar) => sum + bar.count, 0);
  const [low, high] = [bars[0]!.from, bars.at(-1)!.to];
  const x = low === high ? () => (PLOT.left + PLOT.right) / 2 : scaleLinear([low, high], [PLOT.left, PLOT.right]);
  const y = scaleLinear([0, Math.max(1, ...bars.map((bar) => bar.count))], [PLOT.bottom, PLOT.top]).nice(3);
  const steps = y.ticks(3).filter(Number.isInteger);
  const round = (value: number) => Math.round(value * 100) / 100;
  const most = bars.reduce((a, b) => (b.count > a.count ? b : a));
  const label = `${title}: ${count(total)} values, most of them (${count(most.count)}) from ${most.label}`;
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${steps.map(
  (step) => html`<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${round(y(step))}" y2="${round(y(step))}"/>
<text class="tick" x="${PLOT.left - 6}" y="${round(y(step) + 3.5)}" text-anchor="end">${short(step)}</text>`,
)}
${bars.map((bar) => {
  const single = low === high;
  const left = single ? x(bar.from) - 20 : x(bar.from) + 0.75;
  const width = single ? 40 : Math.max(x(bar.to) - x(bar.from) - 1.5, 0.75);
  // Something is never drawn as nothing.
  const height = bar.count === 0 ? 0 : Math.max(PLOT.bottom - y(bar.count), 1.5);
  return html`<g class="bar"><title>${bar.label}: ${count(bar.count)} (${percent(bar.count, total)})</title>
<rect class="hover" x="${round(left)}" y="${PLOT.top}" width="${round(width)}" height="${PLOT.bottom - PLOT.top}"/>
<rect x="${round(left)}" y="${round(PLOT.bottom - height)}" width="${round(width)}" height="${round(height)}" rx="1.5"/></g>`;
})}
<line class="axis" x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}"/>
${
  median >= low &&
  median <= high &&
  low !== high &&
  html`<g class="median"><title>Median</title><line x1="${round(x(median))}" x2="${round(x(median))}" y1="${PLOT.top - 4}" y2="${PLOT.bottom}"/></g>`
}
${everyNth(ticks, x).map(({ at, label }) => {
  const anchor = x(at) > PLOT.right - 14 ? 'end' : 'middle';
  return html`<text class="tick" x="${round(anchor === 'end' ? Math.min(x(at) + 8, WIDTH - 1) : x(at))}" y="${PLOT.bottom + 16}" text-anchor="${anchor}">${label}</text>`;
})}
</svg>`;
}

/** All ticks, or every second, third, … of them, so that no label touches the next. */
function everyNth(ticks: Tick[], x: (at: number) => number): Tick[] {
  const width = (label: string) => 6.2 * label.length + 8;
  for (let n = 1; ; n++) {
    const kept = ticks.filter((_, i) => i % n === 0);
    const touches = ({ at, label }: Tick, i: number) => {
      const next = kept[i + 1];
      return next !== undefined && x(next.at) - x(at) < (width(label) + width(next.label)) / 2;
    };
    if (!kept.some(touches)) return kept;
  }
}

/** The shape alone, for a table's row. */
export function sparkline(counts: number[]): Html {
  const most = Math.max(1, ...counts);
  const width = 96 / counts.length;
  const round = (value: number) => Math.round(value * 100) / 100;
  return html`<svg class="spark" viewBox="0 0 96 22" preserveAspectRatio="none" aria-hidden="true">${counts.map(
    (value, i) => {
      const height = value === 0 ? 0 : Math.max((22 * value) / most, 1);
      return html`<rect x="${round(i * width)}" y="${round(22 - height)}" width="${round(Math.max(width - 0.6, 0.4))}" height="${round(height)}"/>`;
    },
  )}</svg>`;
}

/** One bar cut into the shares of the most frequent values; the rest stays pale. */
export function shareBar(counts: number[], total: number): Html {
  let at = 0;
  const round = (value: number) => Math.round(value * 100) / 100;
  const parts = counts.map((value, i) => {
    const width = (96 * value) / Math.max(total, 1);
    const part = html`<rect x="${round(at)}" y="5" width="${round(Math.max(width - 0.6, 0.3))}" height="12" opacity="${round(1 - 0.08 * i)}"/>`;
    at += width;
    return part;
  });
  return html`<svg class="spark" viewBox="0 0 96 22" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" x="0" y="5" width="96" height="12"/>${parts}</svg>`;
}
