import { expect, test } from 'vitest';
import { parseLogsAddress } from '../../../src/tui/views/logs/log-address.ts';
import { levelOfFilter, withLevel } from '../../../src/tui/views/logs/log-filter.ts';
import { parseQuery, queryLine } from '../../../src/tui/views/logs/log-query.ts';

test.each([
  'deploy/web -n shop',
  'web-* other/pod/api-1 other/deploy/web -n shop -c main,side* --since 300s -p @prod @staging',
  'app=web,tier!=db -A --head',
  '-l "app in (web, api)" -n team-*,!kube-* -c * --tail 50',
  '-l "app" -n shop',
])('%s opens the same again', (line) => {
  const { query, filter } = parseQuery(line, 'elsewhere');
  expect(queryLine(query)).toBe(line);
  expect(filter).toBe('');
});

test('what is typed is taken apart', () => {
  const { query, filter } = parseQuery('po/web-1 db level=error took>1s /a "b c" //d', 'shop');
  expect(query.targets).toEqual([
    { kind: 'pods', name: 'web-1' },
    { kind: 'pods', name: 'db' },
  ]);
  expect(query).toMatchObject({
    namespace: 'shop',
    contexts: [],
    containers: '',
    range: { kind: 'tail', lines: 1000 },
  });
  expect(filter).toBe('level=error took>1s a "b c" //d');
  expect(parseQuery('web //find me', 'shop').filter).toBe('//find me');
});

test('an address of something else is none of logs', () => {
  expect(parseLogsAddress('kctl://prod/shop/pods?filter=x')).toBeUndefined();
  expect(parseLogsAddress('kctl://-/shop/logs?of=web')).toMatchObject({ context: undefined, filter: '', shown: [] });
});

test('the least level comes and goes, and the rest of the filter stays', () => {
  expect(withLevel('', 'warn')).toBe('level>=warn');
  expect(withLevel('level>=warn time //out', 'error')).toBe('level>=error time //out');
  expect(withLevel('time level>=warn //out', undefined)).toBe('time //out');
  expect(levelOfFilter('time level>=warn //level>=error')).toBe('warn');
  expect(levelOfFilter('//level>=error')).toBeUndefined();
});
