import { afterEach, expect, test } from 'vitest';
import { fakeLogs, logPod } from './fake-logs.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

async function open(
  fake: ReturnType<typeof fakeLogs>,
  cols = 120,
  rows = 40,
  line = 'logs web-*',
): Promise<TestScreen> {
  screen = await renderTest({ cols, rows, cluster: fake });
  await screen.press(':');
  await screen.type(`${line}\r`);
  await screen.settle();
  await screen.settle();
  return screen;
}

const two = () => fakeLogs([logPod('web-1'), logPod('web-2')]);

test('lines of many pods stand in order of time, each with its pod', async () => {
  const fake = two();
  const s = await open(fake);
  fake.write('web-2', ['second', 'fourth'], { second: 2 });
  fake.write('web-1', ['first'], { second: 1 });
  await s.settle();
  const body = s.lines().filter((line) => line.includes('│'));
  expect(body.map((line) => line.trim())).toEqual(['web-1 │ first', 'web-2 │ second', 'web-2 │ fourth']);
  expect(s.text()).toContain('logs(shop/web-*)[3]');
});
