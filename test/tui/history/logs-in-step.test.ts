import { afterEach, expect, test } from 'vitest';
import { fakeCluster, podRow, putObject, start } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let s: TestScreen;
afterEach(() => s.close());

test('logs stand at the line of the moment that the tables show, and follow again when it is over', async () => {
  const fake = fakeCluster([podRow('shop', 'web-0'), podRow('shop', 'web-1')]);
  const running = { startedAt: new Date(start - 100_000).toISOString() };
  putObject(fake, 'pods', {
    ...podRow('shop', 'web-0').object,
    spec: { containers: [{ name: 'main' }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'main', ready: true, restartCount: 0, state: { running } }],
    },
  });
  const lines = Array.from({ length: 200 }, (_, second) => {
    const time = new Date(start - 100_000 + second * 1000).toISOString().replace('Z', '000000Z');
    return `${time} line ${second}\n`;
  });
  fake.logs.set('web-0/main', lines.join(''));
  s = await renderTest({ cols: 120, rows: 24, cluster: fake, kind: 'pods shop' });
  fake.timing.advance(50_000);
  fake.tables.get('pods')!.change('DELETED', podRow('shop', 'web-1'));
  await s.settle();
  fake.timing.advance(120_000);
  await s.press('g', 'l');
  await s.waitFor('line 199');
  s.dashboard.past.go(start + 50_000);
  await s.settle();
  expect(s.text()).toContain('line 150');
  expect(s.text()).not.toContain('line 199');
  expect(s.lines()[0]).toContain('◀ PAST');
  expect(s.text()).toMatch(/logs.*as of/);
  await s.press('=');
  await s.waitFor('line 199');
  expect(s.lines()[0]).not.toContain('PAST');
});
