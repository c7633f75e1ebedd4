import { describe, expect, test } from 'vitest';
import { compactRow } from '../../../src/store/compact-row.ts';
import { parseFilter } from '../../../src/tui/views/row-filter.ts';
import { podRow } from '../fake-services.ts';

const rows = [
  podRow('shop', 'web-1', { labels: { app: 'web' } }),
  podRow('shop', 'web-2', { status: 'Pending', labels: { app: 'web', tier: 'front' } }),
  podRow('shop', 'db-0', { labels: { app: 'db' } }),
  podRow('kube-system', 'coredns-한글'),
].map((row) => compactRow(row, 0));

const filters: [text: string, names: string[]][] = [
  ['web', ['web-1', 'web-2']],
  ['WEB-[12]', ['web-1', 'web-2']],
  ['web pend', ['web-2']],
  ['web !pend', ['web-1']],
  ['^web-', ['web-1', 'web-2']],
  ['^running$ -0$', ['db-0']],
  ['web.*pend', ['web-2']],
  ['!web', ['db-0', 'coredns-한글']],
  ['한글', ['coredns-한글']],
  ['kube-system', ['coredns-한글']],
  ['-l app=web', ['web-1', 'web-2']],
  ['-l app=web,tier', ['web-2']],
  ['-f w2', ['web-2']],
  ['-f cdns', ['coredns-한글']],
  ['(', []],
  ['', ['web-1', 'web-2', 'db-0', 'coredns-한글']],
];

describe('parseFilter', () => {
  test.each(filters)('/%s', (text, names) => {
    const { matches } = parseFilter(text);
    expect(rows.filter((row) => matches?.(row) ?? true).map((row) => row.name)).toEqual(names);
  });

  test('says what is wrong with a selector', () => {
    expect(parseFilter('-l app in').error).toBeTruthy();
  });
});
