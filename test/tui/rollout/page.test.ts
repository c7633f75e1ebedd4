import { afterEach, describe, expect, test } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { changes } from '../fake-services.ts';
import { type StoryScreen, storyScreen } from './story-cluster.ts';

let screen: StoryScreen | undefined;

afterEach(() => {
  screen?.close();
  screen = undefined;
  speak('en');
});

async function at(name: string, seconds: number, cols: number, rows: number, more: object = {}): Promise<StoryScreen> {
  screen = await storyScreen(name, { cols, rows, ...more });
  await screen.until(seconds);
  return screen;
}

/** From the title of the page to the line above the trail. */
function page(s: StoryScreen): string {
  const lines = s.lines();
  const top = lines.findIndex((line) => /^─ (?:rollout|롤아웃)\(/.test(line));
  return `${lines
    .slice(top, -2)
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

describe.each([
  [80, 24],
  [120, 40],
  [200, 50],
])('%i × %i', (cols, rows) => {
  test('a slow pull, layer by layer', async () => {
    const s = await at('slow-pull', 12, cols, rows);
    await expect(page(s)).toMatchFileSnapshot(`screens/slow-pull-${cols}x${rows}.txt`);
    for (const line of s.lines()) expect(textWidth(line)).toBeLessThanOrEqual(cols);
  });
});

test('in Korean', async () => {
  speak('ko');
  const s = await at('slow-pull', 12, 120, 40);
  await expect(page(s)).toMatchFileSnapshot('screens/slow-pull-ko.txt');
  for (const line of s.lines()) expect(textWidth(line)).toBeLessThanOrEqual(120);
});

test('signs say what colours say', async () => {
  const coloured = await at('crash-loop', 40, 120, 40);
  expect(coloured.hasColour()).toBe(true);
  const text = page(coloured);
  coloured.close();
  const plain = await at('crash-loop', 40, 120, 40, { depth: 'none' });
  expect(plain.hasColour()).toBe(false);
  expect(page(plain)).toBe(text);
  expect(text).toMatch(/x web-d7b97f78d-\w+ +CrashLoopBackOff +0\/1/);
});

test('time goes on by itself, and the pull with it', async () => {
  const s = await at('slow-pull', 8, 120, 40);
  const bar = () =>
    /kctl-worker-2 +(█+)(░+)/
      .exec(s.text())!
      .slice(1)
      .map((part) => part.length);
  const [done, left] = bar();
  const marker = () =>
    s
      .lines()
      .find((line) => line.includes('▼'))!
      .indexOf('▼');
  const before = marker();
  await s.until(14);
  expect(bar()[0]).toBeGreaterThan(done!);
  expect(bar()[1]).toBeLessThan(left!);
  expect(marker()).toBeGreaterThan(before);
  expect(s.text()).toMatch(/pull \d\d% \d\S+\/97\.7MB \d+s left/);
});

test.each([
  ['crash-loop', 59, 'keeps crashing (exit code 3', "cat: can't open '/etc/worker/queue.conf'"],
  ['image-typo', 20, 'docker.io/library/nginx:1.280: not found', 'ImagePullBackOff'],
  ['quota', 3, 'exceeded quota: team', 'limited:'],
  ['node-selector', 2, "2 node(s) didn't match Pod's node affinity", 'no node yet'],
  ['readiness-probe', 80, 'Readiness probe failed', 'probes'],
  ['paused', 1, '! PAUSED Waiting for deployment', 'No pod of the new revision yet'],
])('%s: the cause is seen whole', async (story, seconds, cause, more) => {
  const s = await at(story, seconds, 100, 40);
  const text = s.text().replaceAll(/\s+/g, ' ');
  expect(text).toMatch(new RegExp(cause.replaceAll(/[().]/g, '\\$&')));
  expect(text).toContain(more);
});

test('sets: pods in their order, those that leave on the axis', async () => {
  screen = await storyScreen('done-stateful-set', { cols: 120, rows: 40, line: ':rollout sts/web\r' });
  await screen.until(3);
  expect(screen.text()).toMatch(/◌ web-0 +terminating/);
  expect(screen.text()).toMatch(/◌ kctl-worker-\d +<+ +terminating/);
});

describe('keys', () => {
  test('tab goes through the parts; what changed takes the place of the rest where there is no room', async () => {
    const s = await at('slow-pull', 12, 100, 30);
    expect(s.text()).toContain('▶ revisions and pods (Tab: what changed)');
    await s.press('tab');
    expect(s.text()).toContain('▶ nodes');
    await s.press('tab');
    expect(s.text()).toContain('▶ what changed (Tab: revisions and pods, nodes, events)');
    expect(s.text()).toMatch(/- image: nginx:1\.26\n +\+ image: ghcr\.io\/shop\/web:2/);
    expect(s.text()).toContain('+ 36.9MB RUN npm ci --omit=dev');
    await s.press('tab');
    expect(s.text()).toContain('▶ events');
    await s.press('shift-tab', 'shift-tab');
    expect(s.text()).toContain('▶ nodes');
  });

  test('layers fold', async () => {
    const s = await at('slow-pull', 12, 120, 40);
    expect(s.text()).toContain('6293e7a572a8');
    await s.press('tab', 'space');
    expect(s.text()).not.toContain('6293e7a572a8');
    expect(s.text()).toContain('> ▸ ◔ kctl-worker-2');
    await s.press('right');
    expect(s.text()).toContain('6293e7a572a8');
  });

  test('the cursor is on pods, and changes are of the workload', async () => {
    const s = await at('slow-pull', 12, 120, 40);
    await s.press('j', 'j', 'j');
    expect(s.text()).toMatch(/> +│ +└─ ▸ ◔ web-6777f5d966-lghj4|> +\S+ .*web-6777f5d966-lghj4/);
    await s.press('d');
    expect(s.text()).toContain('describe(pods default/web-6777f5d966-lghj4)');
    await s.press('esc', 'l');
    expect(s.text()).toContain('web-6777f5d966-lghj4');
    expect(s.dashboard.current().view.type).toBe('logs');
    await s.press('esc', 'p');
    await s.waitFor('Pause the rollout?');
    await s.press('right', 'enter');
    await s.waitFor('Paused');
    await s.press('r');
    await s.waitFor('Restart?');
    await s.press('right', 'enter');
    await s.waitFor('Restarted');
    expect(changes(s.cluster).filter((line) => !line.startsWith('rollout diff'))).toEqual([
      'rollout pause deployments.apps/web -n default',
      'rollout restart deployments.apps/web -n default',
    ]);
  });

  test('undo shows what it brings, then how it goes', async () => {
    const s = await at('slow-pull', 12, 120, 40);
    const history = 'REVISION  CHANGE-CAUSE\n1         first\n2         second\n';
    s.cluster.answers.set('rollout history deployments.apps/web -n default', { code: 0, stdout: history, stderr: '' });
    await s.press('u');
    await s.waitFor('revision 1');
    await s.press('enter');
    await s.waitFor('Roll back to revision 1?');
    await s.press('right', 'enter');
    await s.waitFor('Rolled back');
    expect(changes(s.cluster)).toContain('rollout undo deployments.apps/web --to-revision=1 -n default');
    expect(s.text()).toContain('rollout(default/web)');
    expect(s.dashboard.views()).toHaveLength(2);
  });

  test('promote lets go on what waits, by a share', async () => {
    const s = await at('paused', 1, 120, 40);
    await s.press('m');
    await s.waitFor('Let the rollout go on?');
    await s.type('25%');
    await s.press('tab', 'tab', 'enter');
    await s.waitFor('Promoted');
    expect(changes(s.cluster)).toContain('rollout promote deployments.apps/web --to=25% -n default');
  });

  test('what does not wait cannot be promoted', async () => {
    const s = await at('slow-pull', 12, 120, 40);
    await s.press('m');
    await s.waitFor('only a paused deployment can be promoted');
  });

  test('a filter keeps pods that match, with what they hang on', async () => {
    const s = await at('crash-loop', 40, 120, 40);
    await s.press('/');
    await s.type('bszwt\r');
    const tree = s.text().split('nodes')[0]!;
    expect(tree).toContain('web-d7b97f78d-bszwt');
    expect(tree).toContain('revision 2');
    expect(tree.split('revisions and pods')[1]).not.toContain('4v9bz');
  });
});

test('what changed is compared once for each pair of revisions', async () => {
  const s = await at('slow-pull', 20, 200, 50);
  const compared = s.cluster.commands.filter((line) => line.startsWith('rollout diff'));
  expect(compared).toEqual(['rollout diff deployments.apps/web --revision=1..2 -o json -n default']);
});

test('where nodes tell nothing, layers are what the registry says, and marked as worked out', async () => {
  const s = await at('slow-pull', 12, 120, 40, { silent: true });
  expect(s.text()).toMatch(/◔ kctl-worker-2 +█+ +pulling ~97\.7MB/);
  expect(s.text()).toMatch(/○ 4f00d1031992 36\.9MB +to pull/);
  expect(s.text()).not.toMatch(/\d+%/);
});

test('nothing is done when nothing changes', async () => {
  const s = await at('done', 7, 120, 40);
  const model = s.dashboard.current();
  const seen = model.getSnapshot();
  const { theme } = s.dashboard;
  const lines = model.lines(120, 30, theme);
  const { requests } = s.cluster;
  const asked = requests.length;
  s.cluster.timing.advance(600_000);
  expect(model.getSnapshot()).toBe(seen);
  expect(model.lines(120, 30, theme)).toBe(lines);
  expect(requests).toHaveLength(asked);
});

test('a reader hears the head, the part with the keys, and where the cursor is', async () => {
  const s = await at('slow-pull', 12, 120, 40);
  const model = s.dashboard.current();
  const tree = model.spoken!();
  expect(tree.lines[0]).toContain('Waiting for deployment "web" rollout');
  expect(tree.lines[tree.at]).toContain('deployment web');
  await s.press('tab', 'j');
  const { lines, at: cursor } = model.spoken!();
  expect(lines).toContain('nodes:');
  expect(lines[cursor]).toMatch(/^layer 6293e7a572a8 3\.52MB, pulled 3\.52MB, level 2$/);
  await s.press('tab');
  expect(model.spoken!().lines).toContain('+ image: ghcr.io/shop/web:2');
});

test('a page that is left after the end leaves nothing behind', async () => {
  const s = await at('done', 7, 120, 40);
  expect(s.cluster.watched.toSorted()).toEqual(['budget', 'event', 'pod', 'revision', 'workload']);
  await s.press('esc');
  expect(s.cluster.watched).toEqual([]);
});

test('a name that is none', async () => {
  const s = await at('paused', 0, 120, 40);
  await s.type(':rollout nosuch\r');
  await s.waitFor('not found');
});
