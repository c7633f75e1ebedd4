import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { object, workshop } from './actions-fake.ts';
import { changes, type FakeCluster, putObject } from './fake-services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let screen: TestScreen | undefined;

afterEach(() => {
  screen?.close();
  screen = undefined;
});

async function open(cluster: FakeCluster, kind: string, cols = 120, rows = 40): Promise<TestScreen> {
  screen = await renderTest({ cols, rows, cluster, kind });
  return screen;
}

const shell =
  'exec -it api-0 -c app -n shop -- sh -c if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';

/** What is pressed on a table, and the command line that comes of it; `|` text is typed. */
const pressed: readonly [kind: string, keys: readonly string[], line: string, told: string | RegExp][] = [
  ['pods', ['s'], shell, '● live'],
  ['pods', ['a'], 'attach api-0 -c app -n shop', '● live'],
  [
    'pods',
    ['ctrl-d', 'right', 'enter'],
    'delete pods/api-0 --cascade=background --wait=false -n shop',
    'Deleted pods shop/api-0',
  ],
  [
    'pods',
    ['ctrl-k', 'right', 'enter'],
    'delete pods/api-0 --grace-period=0 --force --wait=false -n shop',
    'Killed pods shop/api-0',
  ],
  [
    'pods',
    ['alt-k', 'right', 'enter'],
    'create --raw /api/v1/namespaces/shop/pods/api-0/eviction -f -',
    'Evicted pods shop/api-0',
  ],
  ['pods', ['z', '|1', 'tab', 'right', 'enter'], 'delete pods/done-0 --wait=false -n shop', 'Deleted pods shop/done-0'],
  [
    'pods',
    ['alt-l', '|tier=web old-', 'tab', 'right', 'enter'],
    'label pods/api-0 tier=web old- --overwrite -n shop',
    'Labelled pods shop/api-0',
  ],
  [
    'pods',
    ['alt-a', "|note='two words'", 'tab', 'right', 'enter'],
    'annotate pods/api-0 note=two words --overwrite -n shop',
    'Annotated',
  ],
  [
    'pods',
    ['i', 'end', 'backspace', '|8', 'tab', 'tab', 'enter'],
    'set image pods/api-0 app=nginx:1.28 -n shop',
    'Set the image',
  ],
  ['pods', ['alt-e', '|ls /', 'enter'], 'exec -it api-0 -c app -n shop -- sh -c ls /', '● live'],
  ['pods', ['alt-d', 'enter'], 'debug -it api-0 --image=busybox:1.36 --target=app --profile=general -n shop', '● live'],
  [
    'pods',
    ['t', '|/etc/hosts', 'enter', '|hosts', 'enter'],
    'cp api-0:/etc/hosts hosts -c app -n shop',
    'Transferred /etc/hosts',
  ],
  [
    'deployments',
    ['s', 'backspace', '|5', 'tab', 'right', 'enter'],
    'scale deployments.apps/web --replicas=5 -n shop',
    'Scaled deployments.apps shop/web',
  ],
  ['deployments', ['r', 'right', 'enter'], 'rollout restart deployments.apps/web -n shop', 'Restarted'],
  ['deployments', ['alt-q', 'right', 'enter'], 'rollout pause deployments.apps/web -n shop', 'Paused'],
  ['deployments', ['j', 'alt-q', 'right', 'enter'], 'rollout resume deployments.apps/worker -n shop', 'Resumed'],
  ['nodes', ['c', 'right', 'enter'], 'cordon node-1', 'Cordoned nodes node-1'],
  ['nodes', ['u', 'right', 'enter'], 'uncordon node-1', 'Uncordoned'],
  ['nodes', ['s', 'enter'], 'debug node/node-1 -it --image=busybox:1.36 --profile=general -n shop', '● live'],
  [
    'cronjobs',
    ['s', 'right', 'enter'],
    'patch cronjobs.batch/report -p {"spec":{"suspend":true}} -n shop',
    'Suspended',
  ],
  [
    'cronjobs',
    ['t', 'tab', 'right', 'enter'],
    /^create job report-\w+ --from=cronjob\/report -n shop$/ as never,
    'Started a job',
  ],
  ['ctx', ['r', '|-1', 'enter'], 'config rename-context kind-dev kind-dev-1', 'Renamed'],
  ['ctx', ['ctrl-d', 'right', 'enter'], 'config delete-context kind-dev', 'Deleted contexts.kctl.dev kind-dev'],
];

async function pressAll(s: TestScreen, keys: readonly string[]): Promise<void> {
  for (const key of keys) await (key.startsWith('|') ? s.type(key.slice(1)) : s.press(key));
}

test('a context that is renamed while it is in use is open under its new name, and there is none of the old one', async () => {
  const cluster = workshop();
  let name = 'kind-dev';
  const { contexts, openContext, run } = cluster.services;
  const renamed = async () => {
    const known = await contexts();
    return { current: name, contexts: known.contexts.map((one) => (one.name === 'kind-dev' ? { ...one, name } : one)) };
  };
  Object.assign(cluster.services, {
    contexts: renamed,
    run: async (...[argv, options]: Parameters<typeof run>) => {
      if (argv[1] === 'rename-context') name = argv[3]!;
      return run(argv, options);
    },
    openContext: async (to: string) => ({ ...(await openContext(to)), contexts: renamed }),
  });
  const s = await open(cluster, 'pods');
  await pressAll(s, [':', '|ctx', 'enter', 'r', '|-1', 'enter']);
  await s.waitFor('Renamed kind-dev-1');
  expect(s.text()).toMatch(/Context kind-dev-1 /);
  expect(s.text()).toMatch(/> +kind-dev-1 +\*/);
  expect(s.text()).not.toMatch(/kind-dev +\*/);
});

test('a key that is for other kinds only names no one of its actions as the one that was meant', async () => {
  const s = await open(workshop(), 'pods');
  await s.press('u');
  await s.waitFor('u does nothing for pods (for other kinds: Used by, Uncordon, Use)');
  expect(s.text()).not.toContain('not for pods');
});

describe('keys become command lines', () => {
  test.each(pressed)('%s: %j runs %s', async (kind, keys, line, told) => {
    const cluster = workshop();
    const s = await open(cluster, kind === 'ctx' ? 'pods' : kind);
    if (kind === 'ctx') await pressAll(s, [':', '|ctx', 'enter']);
    await pressAll(s, keys);
    await s.waitFor(told);
    const [last] = changes(cluster).slice(-1);
    if (typeof line === 'string') expect(last).toBe(line);
    else expect(last).toMatch(line);
  });

  test('a drain takes its answers along, and shows its own preview of them', async () => {
    const cluster = workshop();
    cluster.answers.set('drain node-1 --ignore-daemonsets --timeout=5m --preview', {
      code: 0,
      stdout: '2 pods would go\n',
      stderr: '',
    });
    const s = await open(cluster, 'nodes');
    await s.press('r');
    expect(s.text()).toContain('2 pods would go');
    expect(s.text()).toContain('$ kctl drain node-1 --ignore-daemonsets --timeout=5m');
    await pressAll(s, ['up', 'up', 'right', 'down', 'down', '|30', 'tab', 'tab', 'right', 'enter']);
    expect(changes(cluster)).toEqual(['drain node-1 --ignore-daemonsets --force --grace-period=30 --timeout=5m']);
  });

  test('a shell is asked for by container where there are several', async () => {
    const cluster = workshop();
    const s = await open(cluster, 'pods');
    await s.press('j', 'j', 's');
    expect(s.text()).toContain('Which container of web-0?');
    await s.press('down', 'enter');
    expect(cluster.commands.at(-1)).toContain('exec -it web-0 -c side -n shop');
  });

  test('what a command said on the terminal is shown when the screen is back', async () => {
    const cluster = workshop();
    cluster.answers.set(shell, { code: 1, stdout: '', stderr: 'error: no shell here\nsecond line\n' });
    const s = await open(cluster, 'pods');
    await s.press('s');
    expect(s.text()).toContain('no shell here');
    expect(s.text()).toContain('second line');
    await s.press('enter');
    cluster.answers.set(shell, { code: 130, stdout: '', stderr: 'command terminated with exit code 130\n' });
    await s.press('s');
    expect(s.text()).not.toContain('The command failed');
  });
});

describe('a question before a change', () => {
  const live = object('Deployment', 'shop', 'web', {
    metadata: {
      name: 'web',
      namespace: 'shop',
      resourceVersion: '1',
      managedFields: [{ manager: 'argocd', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }],
    },
    spec: { replicas: 3 },
  });
  const rehearsed = (replicas: number) =>
    `patch deployments.apps/web --type=merge -p {"spec":{"replicas":${replicas}}} -n shop --dry-run=server -o json`;

  test('shows the fields that change, whose they are, the command, and follows what is typed', async () => {
    const cluster = workshop();
    putObject(cluster, 'deployments.apps', live);
    for (const replicas of [3, 5]) {
      const stdout = JSON.stringify({ ...live, spec: { replicas } });
      cluster.answers.set(rehearsed(replicas), { code: 0, stdout, stderr: 'Warning: be careful\n' });
    }
    const s = await open(cluster, 'deployments');
    await s.press('s');
    expect(s.text()).toContain('nothing changes');
    await s.press('backspace');
    await s.type('5');
    expect(s.text()).toContain('spec.replicas: 3 -> 5  (of argocd)');
    expect(s.text()).toContain('Warning: be careful');
    expect(s.text()).toContain('$ kctl scale deployments.apps/web --replicas=5 -n shop');
    await s.press('backspace');
    await s.type('x');
    await s.press('tab', 'right', 'enter');
    expect(s.text()).toContain('a whole number is needed');
    expect(changes(cluster)).toEqual([]);
  });

  test('shows why the server would refuse', async () => {
    const cluster = workshop();
    cluster.answers.set(rehearsed(3), {
      code: 1,
      stdout: '',
      stderr: 'Error from server (Forbidden): quota\nused up\n',
    });
    const s = await open(cluster, 'deployments');
    await s.press('s');
    expect(s.text()).toContain('x Error from server (Forbidden): quota');
    expect(s.text()).toContain('x used up');
  });

  test.each([
    [80, 24],
    [120, 40],
    [200, 50],
  ])('keeps its fields and buttons at %i×%i however long the preview is', async (columns, rows) => {
    const cluster = workshop();
    const stdout = Array.from({ length: 90 }, (_, line) => `pod/파드-${line} \u001b[31mwould go 🚀`).join('\n');
    cluster.answers.set('delete pods/api-0 --cascade=background --wait=false -n shop --preview', {
      code: 0,
      stdout,
      stderr: '',
    });
    const s = await open(cluster, 'pods', columns, rows);
    await s.press('ctrl-d');
    expect(s.text()).toContain('[>Cancel<]');
    expect(s.text()).toContain('< Background >');
    expect(s.text()).toContain('파드-3');
    expect(s.text()).not.toContain('파드-80');
    expect(s.text()).toContain('^[[31mwould go');
    for (let page = 0; page < 25; page++) await s.press('pagedown');
    expect(s.text()).toContain('파드-89');
    expect(s.text()).toContain('[>Cancel<]');
  });

  test('the command is copied', async () => {
    const cluster = workshop();
    const s = await open(cluster, 'pods');
    const written: string[] = [];
    s.dashboard.copy = (text) => void written.push(text);
    await s.press('ctrl-d', 'c');
    expect(written).toEqual(['kctl delete pods/api-0 --cascade=background --wait=false -n shop']);
    expect(s.text()).toContain('Copied the command.');
  });

  test('what is marked and hidden by the filter is told', async () => {
    const cluster = workshop();
    const s = await open(cluster, 'pods');
    await s.press('space', 'space', '/');
    await s.type('api\r');
    await s.press('ctrl-d');
    expect(s.text()).toContain('Delete 2 objects?');
    expect(s.text()).toContain('! 1 of them are marked and hidden by the filter');
  });

  test('an object that another has taken the place of is left alone', async () => {
    const cluster = workshop();
    const s = await open(cluster, 'pods');
    await s.press('ctrl-d');
    const pods = cluster.tables.get('pods')!;
    const old = pods.rows[0]!;
    pods.change('DELETED', old);
    const metadata = { ...old.object.metadata, uid: 'another', resourceVersion: '9' };
    pods.change('ADDED', { ...old, object: { ...old.object, metadata } });
    await s.settle();
    await s.press('right', 'enter');
    expect(changes(cluster)).toEqual([]);
    expect(s.text()).toContain('went meanwhile: nothing was changed');
  });
});

describe('many at once', () => {
  test('tells how many went well, why the others did not, and leaves those marked', async () => {
    const cluster = workshop();
    cluster.answers.set('delete pods/api-0 pods/done-0 pods/web-0 --cascade=background --wait=false -n shop', {
      code: 1,
      stdout: 'pod "api-0" deleted\npod "web-0" deleted\n',
      stderr: 'Error from server (Forbidden): pods "done-0" is forbidden\nYou need the verb delete.\n',
    });
    const s = await open(cluster, 'pods');
    await s.press('space', 'space', 'space', 'ctrl-d', 'right', 'enter');
    expect(s.text()).toContain('Delete: 2 done, 1 failed');
    expect(s.text()).toContain('You need the verb delete.');
    expect(s.text()).toContain('pods shop/done-0');
    await s.press('enter');
    expect(s.text()).toContain('1 marked');
  });
});

describe('what holds back', () => {
  /** The dashboard with what a user has set. */
  async function withSettings(settings: object): Promise<{ cluster: FakeCluster; s: TestScreen }> {
    const cluster = workshop();
    const s = await open(cluster, 'pods');
    const { userFiles } = s.dashboard;
    Object.defineProperty(s.dashboard, 'userFiles', { value: { ...userFiles, settings } });
    return { cluster, s };
  }

  test('a read-only dashboard says so, changes nothing, and leaves changes out of help', async () => {
    const { cluster, s } = await withSettings({ readOnly: true });
    for (const key of ['ctrl-d', 's', 'e', 'ctrl-k', 'shift-u']) {
      await s.press(key);
      expect(s.text()).toContain('the dashboard is read-only');
    }
    await s.press(':');
    await s.type('undo\r');
    expect(s.text()).toContain('the dashboard is read-only');
    expect(cluster.commands).toEqual([]);
    expect(s.lines()[0]).toContain('kind-dev [read-only]');
    await s.press('?');
    expect(s.text()).not.toContain('Kill');
  });

  test('what the settings forbid is refused with their reason', async () => {
    const { cluster, s } = await withSettings({
      deny: [{ action: 'del*', namespace: 'sh*', why: 'Ask the shop team.' }],
    });
    await s.press('ctrl-d');
    expect(s.text()).toContain('Ask the shop team.');
    // To kill is to delete.
    await s.press('ctrl-k');
    expect(s.text()).not.toContain('Kill?');
    expect(changes(cluster)).toEqual([]);
  });

  test('more objects than the settings allow are refused', async () => {
    const { cluster, s } = await withSettings({ maxBulk: 2 });
    await s.press('space', 'space', 'space', 'ctrl-d');
    expect(s.text()).toContain('3 objects are more than the 2 that the settings allow at once');
    expect(changes(cluster)).toEqual([]);
  });

  test('kill asks, unless the settings say otherwise', async () => {
    const { cluster, s } = await withSettings({ killAsks: false });
    await s.press('ctrl-k');
    expect(changes(cluster)).toEqual(['delete pods/api-0 --grace-period=0 --force --wait=false -n shop']);
  });

  test('a protected context has its name typed, and the command gets it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kctl-guards-'));
    try {
      writeFileSync(join(folder, 'settings.json'), JSON.stringify({ protected: ['kind-*'] }));
      const cluster = workshop();
      Object.assign(cluster.services.env, { KCTL_HOME: folder });
      const s = await open(cluster, 'pods');
      await s.press('ctrl-k', 'tab', 'right', 'enter');
      expect(s.text()).toContain('kind-dev is protected: type its name');
      expect(changes(cluster)).toEqual([]);
      await s.type('kind-dev');
      await s.press('tab', 'right', 'enter');
      expect(changes(cluster)).toEqual([
        'delete pods/api-0 --grace-period=0 --force --wait=false -n shop --confirm-context=kind-dev',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('so has a command line that is typed, and none that only looks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kctl-guards-'));
    try {
      writeFileSync(join(folder, 'settings.json'), JSON.stringify({ protected: ['kind-*'] }));
      const cluster = workshop();
      Object.assign(cluster.services.env, { KCTL_HOME: folder });
      const s = await open(cluster, 'pods');
      await s.press(':');
      await s.type('kctl delete pod api-0 -- x\r');
      await s.waitFor('Type kind-dev');
      await s.press('tab', 'right', 'enter');
      expect(changes(cluster)).toEqual([]);
      await s.type('kind-dev');
      await s.press('tab', 'right', 'enter');
      expect(changes(cluster)).toEqual(['delete pod api-0 --confirm-context=kind-dev -- x']);
      await s.press('esc', ':');
      await s.type('kctl get pods\r');
      await s.waitFor('It printed nothing.');
      expect(cluster.commands).toContain('get pods');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a right that is missing is told in the question, and after it at the key and in help', async () => {
    const cluster = workshop();
    cluster.answers.set('auth can-i delete pods -n shop', { code: 1, stdout: 'no\n', stderr: '' });
    cluster.answers.set('auth can-i create pods --subresource=eviction -n shop', {
      code: 1,
      stdout: 'no\n',
      stderr: '',
    });
    const s = await open(cluster, 'pods', 150, 90);
    await s.press('ctrl-d');
    expect(s.text()).toContain('x You may not delete pods in shop: the server will refuse it.');
    await s.press('esc', 'ctrl-k');
    expect(s.text()).toContain('you may not delete pods in shop');
    expect(changes(cluster)).toEqual([]);
    await s.press('?');
    await s.waitFor(/Evict[^\n│]*\[you/);
    // Each is asked once.
    expect(cluster.commands.filter((line) => line === 'auth can-i delete pods -n shop')).toHaveLength(1);
  });
});

describe('command lines', () => {
  test('what was done is in the history of the line that is typed, and can be done again', async () => {
    const cluster = workshop();
    const s = await open(cluster, 'pods');
    await s.press('ctrl-k', 'right', 'enter', ':', 'up');
    expect(s.text()).toContain(':kctl delete pods/api-0 --grace-period=0 --force --wait=false -n shop');
    await s.press('enter');
    await s.waitFor('It printed nothing.');
    const line = 'delete pods/api-0 --grace-period=0 --force --wait=false -n shop';
    expect(changes(cluster)).toEqual([line, line]);
    await s.press('ctrl-r');
    expect(changes(cluster)).toEqual([line, line]);
  });

  test('are taken apart as a shell does it, and their failure is shown whole', async () => {
    const cluster = workshop();
    cluster.answers.set('get pods -l a in (b, c)', { code: 1, stdout: '', stderr: 'error: no\nreally' });
    const s = await open(cluster, 'pods');
    await s.press(':');
    await s.type("kctl get pods -l 'a in (b, c)'\r");
    await s.waitFor('really');
    expect(s.text()).toContain('[exit code 1]');
  });
});

describe('the journal', () => {
  const entry = {
    id: 7,
    time: '2026-11-21T11:58:00Z',
    context: 'kind-dev',
    server: 'https://127.0.0.1:6443',
    user: 'admin',
    namespace: 'shop',
    state: '',
    objects: ['deployment.apps/web in shop'],
    command: 'kctl scale deploy/web --replicas=0',
  };
  const list = [{ ...entry, id: 9, server: 'https://elsewhere' }, { ...entry, id: 8, state: 'undone' }, entry];

  function withJournal(): FakeCluster {
    const cluster = workshop();
    cluster.answers.set('undo --list -o json --limit=0', { code: 0, stdout: JSON.stringify(list), stderr: '' });
    cluster.answers.set('undo 7 --preview', { code: 0, stdout: 'spec.replicas: 0 -> 3\n', stderr: '' });
    return cluster;
  }

  test('the last change of this cluster that stands is taken back by a key', async () => {
    const cluster = withJournal();
    const s = await open(cluster, 'pods');
    await s.press('shift-u');
    expect(s.text()).toContain('Take back change 7?');
    expect(s.text()).toContain('spec.replicas: 0 -> 3');
    await s.press('right', 'enter');
    expect(changes(cluster)).toEqual(['undo 7 --yes']);
    expect(s.text()).toContain('Change 7 is taken back');
  });

  test('the page shows every change and takes one back', async () => {
    const cluster = withJournal();
    const s = await open(cluster, 'pods');
    await s.press(':');
    await s.type('journal\r');
    await s.waitFor('kctl scale deploy/web --replicas=0');
    expect(s.text()).toMatch(/8 +2m +kind-dev +undone/);
    await s.press('shift-g', 'enter');
    await s.waitFor('Take back change 7?');
  });
});

describe('manifests in a folder', () => {
  test('are browsed, applied with a preview, and compared', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kctl-dir-'));
    try {
      writeFileSync(join(folder, 'web.yaml'), 'kind: Deployment\n---\nkind: Service\n');
      writeFileSync(join(folder, 'notes.txt'), 'no manifest');
      const cluster = workshop();
      const apply = `apply -f ${join(folder, 'web.yaml')} -n shop`;
      cluster.answers.set(`${apply} --preview`, { code: 0, stdout: 'deployment.apps/web configured\n', stderr: '' });
      const s = await open(cluster, 'pods', 200, 50);
      await s.press(':');
      await s.type(`dir ${folder}\r`);
      await s.waitFor(/web\.yaml +Deployment, Service/);
      expect(s.text()).not.toContain('notes.txt');
      await s.press('/');
      await s.type('web\r');
      await s.press('a');
      expect(s.text()).toContain('deployment.apps/web configured');
      await s.press('right', 'enter');
      expect(changes(cluster)).toEqual([apply]);
      await s.press('enter');
      await s.waitFor('kind: Service');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a path that is not there is told', async () => {
    const s = await open(workshop(), 'pods');
    await s.press(':');
    await s.type('apply /not/there\r');
    await s.waitFor('there is no /not/there');
  });
});

describe('creating', () => {
  let folder: string;
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** An editor that does what a script says with the file. */
  function withEditor(cluster: FakeCluster, ...scripts: string[]): void {
    folder = mkdtempSync(join(tmpdir(), 'kctl-edit-test-'));
    const count = join(folder, 'count');
    writeFileSync(count, '0');
    const editor = join(folder, 'editor.sh');
    const cases = scripts.map((script, index) => `${index}) ${script} ;;`).join('\n');
    writeFileSync(editor, `#!/bin/sh\nn=$(cat ${count})\necho $((n+1)) > ${count}\ncase $n in\n${cases}\nesac\n`, {
      mode: 0o700,
    });
    Object.assign(cluster.services.env, { EDITOR: editor, TMPDIR: folder, PATH: process.env.PATH });
  }

  test('a template is tried by the server and created', async () => {
    const cluster = workshop();
    withEditor(cluster, 'true');
    cluster.answers.set('apply -f - -n shop --preview', {
      code: 0,
      stdout: 'deployment.apps/my-app created\n',
      stderr: '',
    });
    const s = await open(cluster, 'pods');
    await s.press(':');
    await s.type('new deployment\r');
    await s.waitFor('deployment.apps/my-app created');
    await s.press('right', 'enter');
    await s.waitFor('Created deployment/my-app');
    expect(changes(cluster)).toEqual(['create -f - -n shop']);
    expect(cluster.inputs.at(-1)).toContain('namespace: shop');
  });
});
