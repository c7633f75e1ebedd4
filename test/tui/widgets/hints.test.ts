import { afterEach, expect, test } from 'vitest';
import { actions } from '../../../src/tui/actions/registry.ts';
import { everydayActions } from '../../../src/tui/keys.ts';
import { fakeCluster, podRow } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let s: TestScreen | undefined;
afterEach(() => s?.close());

async function hints(cols: number, line: string, ...keys: string[]): Promise<string> {
  s = await renderTest({ cols, rows: 24, cluster: fakeCluster([podRow('shop', 'web-0')]), kind: line, depth: 'none' });
  await s.press(...keys);
  return s.lines().at(-1)!;
}

test.each([
  [80, ' d Describe  l Logs  y YAML  s Shell  Ctrl-D Delete  : Go to  / Filter  ? Help'],
  [60, ' d Describe  l Logs  y YAML  : Go to  / Filter  ? Help'],
  [40, ' d Describe  : Go to  / Filter  ? Help'],
])('of a pod, what is used most has the room that there is: %i columns', async (cols, line) => {
  expect(await hints(cols, 'pods shop')).toBe(line);
});

test('of logs, reading stands before looks', async () => {
  expect(await hints(80, 'pods shop', 'l')).toMatch(/^ s Autoscroll {2}Shift-F Find {2}l Level {2}: Go to/);
});

test('all are there where there is room', async () => {
  const line = await hints(160, 'pods shop');
  for (const label of ['Edit', 'Set image', 'Layers', 'Delete', 'Shell']) expect(line).toContain(label);
});

test('everyday actions are actions, each once', () => {
  expect(new Set(everydayActions).size).toBe(everydayActions.length);
  for (const id of everydayActions) expect(actions.has(id), id).toBe(true);
});
