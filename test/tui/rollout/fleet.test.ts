import { afterEach, expect, test } from 'vitest';
import { type StoryScreen, storyScreen } from './story-cluster.ts';

let screen: StoryScreen | undefined;

afterEach(() => screen?.close());

async function fleet(story: string, seconds: number, line = ':rollouts\r'): Promise<StoryScreen> {
  screen = await storyScreen(story, { cols: 130, rows: 24, line });
  await screen.until(seconds);
  return screen;
}

test('how each goes, live, and what is done for a while', async () => {
  const s = await fleet('slow-pull', 12);
  expect(s.text()).toMatch(/rollouts\(all\)\[1\]/);
  expect(s.text()).toMatch(/default +deployment +web +Progressing +▓{4}░{8} +0\/2 +pods get ready +1\ds/);
  await s.until(32);
  expect(s.text()).toMatch(/web +Progressing +█{4,6}▓{4,6}░* +1\/2 +\S.* +~\d+s/);
  await s.until(54);
  expect(s.text()).toMatch(/web +Succeeded +█{12} +2\/2 +done/);
  s.cluster.timing.advance(11 * 60_000);
  await s.settle();
  expect(s.text()).toContain('rollouts(all)[0]');
});

test('no pods are watched, and the clock is still where nothing moves', async () => {
  const s = await fleet('done', 20);
  expect([...new Set(s.cluster.watched)].sort()).toEqual(['revision', 'workload']);
  s.cluster.timing.advance(11 * 60_000);
  await s.settle();
  const { requests } = s.cluster;
  const asked = requests.length;
  const shown = s.dashboard.current().getSnapshot();
  s.cluster.timing.advance(3_600_000);
  expect(s.dashboard.current().getSnapshot()).toBe(shown);
  expect(requests).toHaveLength(asked);
});

test('enter opens one, esc comes back', async () => {
  const s = await fleet('slow-pull', 12);
  await s.press('enter');
  await s.waitFor('▶ revisions and pods');
  expect(s.text()).toContain('rollout(default/web)');
  await s.press('esc');
  expect(s.text()).toContain('rollouts(all)');
});

test('why one does not get on', async () => {
  const s = await fleet('quota', 3.4);
  expect(s.text()).toMatch(/x default +deployment +web +Degraded/);
  expect(s.text()).toMatch(/pods "web-\S+ is/);
});

test('ro is left to roles', async () => {
  const s = await fleet('done', 1, ':ro web\r');
  expect(s.text()).not.toContain('rollout(default/web)');
});
