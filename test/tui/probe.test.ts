import { test } from 'vitest';
import { fakeCluster, podRow } from './fake-services.ts';
import { renderTest } from './render-test.ts';

test('probe', async () => {
  const cluster = fakeCluster([
    podRow('shop', 'web-1'),
    podRow('shop', '한글-파드', { status: 'CrashLoopBackOff', ready: '0/1' }),
    podRow('shop', 'api-1', { ageSeconds: 30, status: 'Pending', ready: '0/1' }),
  ]);
  const s = await renderTest({ cols: 80, rows: 24, cluster });
  console.log(s.text());
  await s.press('ctrl-d');
  console.log(s.text());
  await s.press('esc', 'd');
  console.log(s.text());
  await s.press('?');
  console.log(s.text());
  await s.press('esc', 'esc', ':');
  await s.type('dep');
  console.log(s.text(), s.cursor());
  s.close();
});
