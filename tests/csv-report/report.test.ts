import { describe, expect, it } from 'vitest';
import { html } from '../../containers/csv-report/report/html.ts';
import { renderReport } from '../../containers/csv-report/report/page.ts';
import { profile } from './profile.ts';

const attack = '<script>alert(1)</script>';
const rows = Array.from(
  { length: 50 },
  (_, i) => `"${attack}","x"" onload=""alert(1)",${i * 3},2024-01-${10 + (i % 20)},\u202e${i % 2}\u0007,`,
);

describe('report.html', () => {
  it('never lets a cell, a column name or a key become markup', () => {
    const report = profile([`"${attack}","a""><img src=x onerror=alert(1)>",n,day,odd,none`, ...rows].join('\n'));
    report.object.key = `incoming/'"><svg onload=alert(1)>.csv`;
    const page = renderReport(report);
    expect(page).not.toMatch(/<script/i);
    expect(page).not.toMatch(/<img/i);
    expect(page).not.toMatch(/<svg onload/i);
    for (const tag of page.matchAll(/<[a-z][^>]*>/g)) expect(tag[0]).not.toMatch(/\son[a-z]+\s*=/i);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    for (const character of ['\u202e', '\u0007']) expect(page).not.toContain(character);
  });

  it('is one page that loads nothing and runs nothing', () => {
    const page = renderReport(profile(`a,b\n1,x\n2,y\n`));
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/\b(src|srcset)=|<link|@import|url\(|https?:\/\//i);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('shows what the report says', () => {
    const page = renderReport(
      profile(['name,price,when', ...rows.map((_, i) => `n${i % 3},${i},2024-01-${10 + (i % 20)}`), 'bad'].join('\n')),
    );
    for (const text of [
      'a.csv',
      's3://uploads/a.csv',
      'Malformed records',
      'Histogram of price',
      'Histogram of when',
      '2024-01-10',
      'n2',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).toMatch(/<td>52<\/td><td>1 field<\/td>/);
  });

  it('shows columns of every type, empty ones and single values too', () => {
    const csv = 'a,b,c,d,e,f\n7,,true,2024-01-01,2024-01-01T10:00:00,-0.5\n7,,no,2024-01-01,2024-01-01T10:00:00,1e99\n';
    const page = renderReport(profile(csv));
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
    for (const type of ['integer', 'empty', 'boolean', 'date', 'datetime', 'number']) {
      expect(page).toContain(`<span class="type">${type}</span>`);
    }
  });
});

describe('the html template', () => {
  it('escapes values, keeps its own pieces and leaves nothing for nothing', () => {
    expect(html`<p title="${'"<&>\''}">${[html`<b>${'<'}</b>`, 'x']}${undefined}${false}${0}</p>`.text).toBe(
      '<p title="&quot;&lt;&amp;&gt;&#39;"><b>&lt;</b>x0</p>',
    );
  });
});
