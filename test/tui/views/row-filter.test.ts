import { describe, expect, test } from 'vitest';
import { compactRow } from '../../../src/store/compact-row.ts';
import { parseFilter } from '../../../src/tui/views/row-filter.ts';
import { podRow, start } from '../fake-services.ts';

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

describe('words that compare a column', () => {
  const names = ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'CPU(cores)', 'Last Seen'];
  const columns = names.map((name) => ({ name, type: 'string' }));
  const now = start + 3_600_000;
  const row = (name: string, status: string, restarts: string, cpu: string, seen: string, ageSeconds: number) => {
    const made = podRow('shop', name, { status, restarts, ageSeconds });
    return compactRow({ ...made, cells: [name, '1/1', status, restarts, '-', '10.0.0.1', cpu, seen] }, now);
  };
  const pods = [
    row('web-1', 'Running', '0', '250m', '5m', 0),
    row('web-2', 'Pending', '3 (5m ago)', '1', '2h', 7200),
    row('db-0', 'CrashLoopBackOff', '12', '1500m', '30s', 86_400),
  ];
  const typed: [text: string, found: string[]][] = [
    ['status=running', ['web-1']],
    ['status!=Running', ['web-2', 'db-0']],
    ['status~^crash', ['db-0']],
    ['status!~ing', ['db-0']],
    ['restarts>=3', ['web-2', 'db-0']],
    ['restarts>3', ['db-0']],
    ['cpu(cores)>500m', []],
    ['last-seen<10m', ['web-1', 'db-0']],
    ['lastseen>1h', ['web-2']],
    ['age<2h', ['web-1']],
    ['age>=1d', ['db-0']],
    ['ns=shop web', ['web-1', 'web-2']],
    ['web restarts>0 status=pending', ['web-2']],
    ['nothing=here', []],
    ['age<x', []],
  ];
  test.each(typed)('/%s', (text, found) => {
    const { matches } = parseFilter(text, undefined, { columns: () => columns, now: () => now });
    expect(pods.filter((pod) => matches?.(pod) ?? true).map((pod) => pod.name)).toEqual(found);
  });
});

describe('what an expression sees of a row', () => {
  const shop = { ...rows[0]!, cells: ['web-1', '0/1', 'CrashLoopBackOff', 3] };

  test.each([
    ['back', true],
    ['web.*BACK', true],
    ['back.*web', false],
    ['^crash', true],
    ['^loop', false],
    ['1$', true],
    ['f+$', true],
    ['web-1\\s0', true],
    ['web-10', false],
    ['!back', false],
    ['!web.*running', true],
    ['^3$', true],
    ['(', false],
  ])('%s', (text, expected) => {
    expect(parseFilter(text).matches!(shop)).toBe(expected);
  });
});
