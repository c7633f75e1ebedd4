import { afterEach, expect, test } from 'vitest';
import { noticesOf } from '../../../src/tui/state/notices.ts';
import { openRollout, type RolloutPage } from '../../../src/tui/views/rollout/rollout-page.ts';
import { type StoryCluster, storyCluster } from './story-cluster.ts';

const opened: RolloutPage[] = [];

afterEach(() => {
  for (const page of opened.splice(0)) page.close();
});

interface Told {
  cluster: StoryCluster;
  told: string[];
  sequences: string[];
  open(): Promise<RolloutPage>;
  until(seconds: number): Promise<void>;
}

/** Who is told, and by what. */
async function follow(story: string, notify?: 'off'): Promise<Told> {
  const cluster = storyCluster(story);
  const told: string[] = [];
  const sequences: string[] = [];
  const services = { ...cluster.services, env: { TERM: 'xterm-kitty' } };
  const host = {
    services,
    writeTerminal: (sequence: string) => void (sequence && sequences.push(sequence)),
    toast: (kind: string, text: string) => void told.push(`${kind}: ${text}`),
    userFiles: { settings: { ...(notify && { notify }) } },
  };
  const resource = await services.cluster.discovery.resolve('deployments.apps');
  const until = async (seconds: number) => {
    while (cluster.elapsed < seconds * 1000) {
      cluster.timing.advance(250);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    cluster: { ...cluster, services },
    told,
    sequences,
    async open() {
      const page = openRollout(host as never, { resource, namespace: 'default', name: 'web' });
      opened.push(page);
      await until(cluster.elapsed / 1000 + 0.5);
      return page;
    },
    until,
  };
}

const done = 'rollout of deployment default/web: deployment "web" successfully rolled out';

test('the end is told once, by the bell and the desktop', async () => {
  const one = await follow('done');
  await one.open();
  expect(one.told).toEqual([]);
  await one.until(30);
  expect(one.told).toEqual([`info: Done: ${done}`]);
  expect(one.sequences).toEqual([`\u0007\u001b]9;kctl: Done: ${done}\u0007`]);
});

test('also when the page was left, and then nothing is watched any more', async () => {
  const one = await follow('done');
  const page = await one.open();
  page.close();
  expect(noticesOf(one.cluster.services).list.map(({ label }) => label)).toEqual(['rollout of deployment default/web']);
  expect(one.cluster.watched).toContain('pod');
  await one.until(30);
  expect(one.told).toEqual([`info: Done: ${done}`]);
  expect(one.cluster.watched).toEqual([]);
  expect(noticesOf(one.cluster.services).list).toEqual([]);
  expect(one.cluster.timing.pending).toBe(0);
});

test('who looks again is told once', async () => {
  const one = await follow('done');
  (await one.open()).close();
  await one.open();
  expect(one.cluster.watched.filter((kind) => kind === 'pod')).toHaveLength(1);
  await one.until(30);
  expect(one.told).toHaveLength(1);
});

test('a failure is told with its cause', async () => {
  const one = await follow('image-typo');
  await one.open();
  await one.until(20);
  expect(one.told).toEqual([
    'error: Failed: rollout of deployment default/web: pod "web-7686cf964c-4v9bz": image "nginx:1.280" cannot be pulled: docker.io/library/nginx:1.280: not found',
  ]);
});

test('what had ended before it was looked at is no news', async () => {
  const one = await follow('done');
  await one.until(20);
  const page = await one.open();
  await one.until(40);
  expect(one.told).toEqual([]);
  page.close();
  expect(one.cluster.watched).toEqual([]);
});

test('a pause is no end', async () => {
  const one = await follow('paused');
  await one.open();
  await one.until(60);
  expect(one.told).toEqual([]);
});

test('off is off: nothing beyond the screen, and nothing is watched behind a page that was left', async () => {
  const one = await follow('done', 'off');
  const page = await one.open();
  page.close();
  expect(one.cluster.watched).toEqual([]);
  await one.open();
  await one.until(30);
  expect(one.sequences).toEqual([]);
});

test('a pod that is replaced after the end is no rollout, and ends nothing', async () => {
  const one = await follow('done');
  await one.open();
  await one.until(10);
  expect(one.told).toHaveLength(1);
  const [workload] = one.cluster.objectsOf('workload');
  const status = workload!['status'];
  one.cluster.put('workload', { ...workload!, status: { ...status, availableReplicas: 2, readyReplicas: 2 } });
  await one.until(15);
  one.cluster.put('workload', workload!);
  await one.until(20);
  expect(one.told).toHaveLength(1);
});
