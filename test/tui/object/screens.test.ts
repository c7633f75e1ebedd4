import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import { start } from '../fake-services.ts';
import type { TestScreen } from '../render-test.ts';
import { type ObjectCluster, objectCluster, objectOf } from './object-cluster.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

const pod = (status: string, rest: Record<string, unknown> = {}) =>
  objectOf('Pod', 'web-1', {
    spec: { nodeName: 'kind-worker', containers: [{ name: 'app', image: 'web:1' }] },
    status: { phase: status },
    ...rest,
  });

async function open(cluster: ObjectCluster, cols = 80, rows = 24, depth: 'none' | '256' = '256'): Promise<TestScreen> {
  screen = await cluster.open(cols, rows, depth);
  return screen;
}

async function type(s: TestScreen, line: string): Promise<void> {
  await s.press(line[0]!);
  await s.type(`${line.slice(1)}\r`);
}

const sizes: readonly (readonly [number, number])[] = [
  [80, 24],
  [120, 40],
  [200, 50],
];

/** What a cluster may hold: Korean, emoji, and text that would take the terminal over. */
const hostile = '\u001b[31m빨강\u001b]0;내 것\u0007 🙂 \u202egnp.exe';

function noneIsWider(s: TestScreen, cols: number): void {
  for (const line of s.lines()) expect(textWidth(line)).toBeLessThanOrEqual(cols);
  expect(s.text()).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
}

describe('YAML', () => {
  test('follows the object while it is open, by one watch, and stops where r says so', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Pending'));
    const s = await open(cluster);
    await s.press('y');
    expect(s.text()).toContain('phase: Pending');
    cluster.put('pods', pod('Running'));
    await s.waitFor('phase: Running');
    expect(cluster.watched).toEqual(['pods web-1']);
    await s.press('r');
    expect(s.text()).toContain('standing still');
    cluster.put('pods', pod('Failed'));
    await s.settle();
    expect(s.text()).toContain('phase: Running');
    await s.press('r');
    await s.waitFor('phase: Failed');
    cluster.drop('pods', pod('Failed'));
    await s.waitFor('deleted meanwhile');
    expect(s.text()).toContain('phase: Failed');
  });

  test('marks the lines that have changed, for a while', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Pending'));
    const s = await open(cluster);
    await s.press('y');
    const look = (text: string) => {
      const y = s.lines().findIndex((line) => line.includes(text));
      const cell = s.stdout.terminal.buffer.active.getLine(y)!.getCell(2)!;
      return `${cell.getFgColor()} ${cell.isBold()} ${cell.getBgColor()}`;
    };
    const quiet = look('phase:');
    cluster.put('pods', pod('Running'));
    await s.waitFor('phase: Running');
    expect(look('phase:')).not.toBe(quiet);
    expect(look('nodeName:')).toBe(quiet);
    cluster.timing.advance(6000);
    await s.settle();
    expect(look('phase:')).toBe(quiet);
  });

  test('keeps its place and its search while the object changes', async () => {
    const cluster = objectCluster();
    const lines = (from: string) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${String(i).padStart(2, '0')}`, from]));
    cluster.put('configmaps', objectOf('ConfigMap', 'big', { data: lines('old') }));
    const s = await open(cluster);
    await type(s, ':cm');
    cluster.tables.get('configmaps')!.change('ADDED', { cells: ['big', '1h'], object: objectOf('ConfigMap', 'big') });
    await s.settle();
    await s.press('y');
    await type(s, '/k4[05]');
    expect(s.text()).toContain('/k4[05] (1/2)');
    await s.press('n');
    expect(s.text()).toContain('/k4[05] (2/2)');
    cluster.put('configmaps', objectOf('ConfigMap', 'big', { data: lines('new') }));
    await s.waitFor('k45: new');
    expect(s.text()).toContain('/k4[05] (2/2)');
    expect(s.text()).toContain('k44: new');
  });

  test.each(sizes)('at %i×%i: hostile text is text', async (cols, rows) => {
    const cluster = objectCluster();
    cluster.put(
      'pods',
      pod('Running', { metadata: { annotations: { note: hostile, 한국어: '안녕하세요 '.repeat(30) } } }),
    );
    const s = await open(cluster, cols, rows);
    await s.press('y');
    expect(s.text()).toContain('빨강');
    noneIsWider(s, cols);
    await s.press('w');
    noneIsWider(s, cols);
    await s.press('w', 'right', 'right', 'right');
    noneIsWider(s, cols);
  });

  test('values of a secret are hidden until x, and copied as they are shown', async () => {
    const cluster = objectCluster();
    const data = { password: Buffer.from('hunter2 비밀').toString('base64') };
    cluster.put('secrets', objectOf('Secret', 'tokens', { data }));
    const s = await open(cluster);
    await type(s, ':secrets');
    cluster.tables.get('secrets')!.change('ADDED', { cells: ['tokens', '1h'], object: objectOf('Secret', 'tokens') });
    await s.settle();
    await s.press('y');
    expect(s.text()).toMatch(/password: '<hidden, 14 bytes, #[0-9a-f]{4}>'/);
    expect(s.text()).not.toContain(data.password);
    const copied = vi.spyOn(s.dashboard, 'copy').mockImplementation(() => undefined);
    await s.press('c');
    expect(copied.mock.calls[0]![0]).toContain('hidden, 14 bytes');
    expect(copied.mock.calls[0]![0]).not.toContain(data.password);
    await s.press('x');
    expect(s.text()).toContain('password: hunter2 비밀');
    await s.press('x');
    expect(s.text()).not.toContain('hunter2');
  });

  test('saves into a file that only its owner reads', async () => {
    const cluster = objectCluster();
    const home = mkdtempSync(join(tmpdir(), 'kctl-object-'));
    Object.assign(cluster.services.env, { KCTL_HOME: home });
    cluster.put('pods', pod('Running'));
    const s = await open(cluster, 200, 50);
    await s.press('y', 'ctrl-s');
    const path = /Saved as (\S+\.yaml)/.exec(s.text())![1]!;
    expect(readFileSync(path, 'utf8')).toContain('phase: Running\n');
    expect(statSync(path).mode & 0o077).toBe(0);
    rmSync(home, { recursive: true });
  });

  test('o tells who owns each field', async () => {
    const cluster = objectCluster();
    const managedFields = [
      {
        manager: 'kubelet',
        operation: 'Update',
        time: new Date(start - 60_000).toISOString(),
        fieldsV1: { 'f:status': { 'f:phase': {} } },
      },
      {
        manager: 'helm',
        operation: 'Apply',
        fieldsV1: { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { 'f:image': {} } } } },
      },
    ];
    cluster.put('pods', pod('Running', { metadata: { managedFields } }));
    const s = await open(cluster, 120, 40);
    await s.press('y', 'o');
    expect(s.text()).toMatch(/kubelet 60s │ +phase: Running/);
    expect(s.text()).toMatch(/helm +│ +- image: web:1/);
    expect(s.text()).toMatch(/ +│ +nodeName: kind-worker/);
  });
});

describe('describe', () => {
  test('is made anew when the object changes, and when an event about it comes in', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Running'));
    let asked = 0;
    cluster.services.describe = async () => `Asked:  ${++asked}\n`;
    const s = await open(cluster);
    await s.press('d');
    await s.waitFor('Asked:  1');
    await s.settle();
    expect(s.text()).toContain('Asked:  1');
    cluster.put('pods', pod('Failed'));
    await s.waitFor(/Asked: {2}2/);
    cluster.put('events', objectOf('Event', 'e1', { involvedObject: { uid: 'uid-shop-web-1' }, reason: 'Killing' }));
    await s.waitFor(/Asked: {2}3/);
    cluster.put('events', objectOf('Event', 'e2', { involvedObject: { uid: 'uid-of-another' } }));
    await s.settle();
    expect(s.text()).toContain('Asked:  3');
    expect(cluster.watched).toEqual(['pods web-1', 'events involvedObject.uid=uid-shop-web-1']);
  });
});

describe('difference', () => {
  const replicas = (count: number) => objectOf('Pod', 'web-1', { spec: { replicas: count, note: hostile } });

  test.each([
    [80, 24],
    [140, 40],
  ])('at %i×%i shows what changed since, and goes through the versions that were seen', async (cols, rows) => {
    const cluster = objectCluster();
    cluster.put('pods', replicas(1));
    const s = await open(cluster, cols, rows);
    await s.press('shift-d');
    expect(s.text()).toContain('nothing to compare with yet');
    cluster.put('pods', replicas(2));
    await s.waitFor(/- {3}replicas: 1/);
    expect(s.text()).toMatch(cols >= 120 ? /- {3}replicas: 1 +│ \+ {3}replicas: 2/ : /\n\+ {3}replicas: 2/);
    expect(s.text()).toContain('1 field');
    cluster.put('pods', replicas(3));
    await s.waitFor(/replicas: 3/);
    expect(s.text()).toMatch(/- {3}replicas: 2/);
    await s.press(',');
    expect(s.text()).toMatch(/- {3}replicas: 1/);
    await s.press(',');
    expect(s.text()).toContain('nothing older');
    await s.press('tab');
    expect(s.text().includes(' │ ')).toBe(cols < 120);
    await s.press('b');
    expect(s.text()).toContain('Compare with');
    noneIsWider(s, cols);
  });

  test('compares a deployment with the revisions that its controller keeps', async () => {
    const cluster = objectCluster();
    const template = (image: string) => ({
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'app', image }] },
    });
    const web = objectOf('Deployment', 'web', { apiVersion: 'apps/v1', spec: { template: template('web:3') } });
    const replicaSet = (revision: number, image: string) => {
      const made = template(image);
      Object.assign(made.metadata.labels, { 'pod-template-hash': image });
      return objectOf('ReplicaSet', `web-${revision}`, {
        apiVersion: 'apps/v1',
        metadata: {
          annotations: { 'deployment.kubernetes.io/revision': String(revision) },
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: web.metadata.uid! }],
        },
        spec: { template: made },
      });
    };
    cluster.put('deployments.apps', web);
    for (const revision of [3, 1, 2]) cluster.put('replicasets.apps', replicaSet(revision, `web:${revision}`));
    const s = await open(cluster, 100, 30);
    await type(s, ':deployments');
    cluster.tables.get('deployments.apps')!.change('ADDED', { cells: ['web', '1h'], object: web });
    await s.settle();
    await s.press('shift-d');
    await s.waitFor('against revision 2');
    expect(s.text()).toMatch(/- +- image: web:2/);
    expect(s.text()).toMatch(/\+ +- image: web:3/);
    expect(s.text()).toContain('1 field');
    await s.press(',');
    await s.waitFor('against revision 1');
  });

  test('what was seen stays for who comes back', async () => {
    const cluster = objectCluster();
    cluster.put('pods', replicas(1));
    const s = await open(cluster);
    await s.press('y');
    cluster.put('pods', replicas(2));
    await s.waitFor('replicas: 2');
    await s.press('esc', 'shift-d');
    expect(s.text()).toMatch(/- {3}replicas: 1/);
  });
});

describe('timeline', () => {
  test.each(sizes)('at %i×%i tells the newest first with its evidence, and goes on', async (cols, rows) => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Pending'));
    cluster.put(
      'events',
      objectOf('Event', 'e1', {
        type: 'Warning',
        reason: 'Failed',
        message: hostile,
        lastTimestamp: new Date(start - 30_000).toISOString(),
        involvedObject: { uid: 'uid-shop-web-1' },
      }),
    );
    const s = await open(cluster, cols, rows);
    await s.press('shift-t');
    await s.waitFor(/> 30s +! event +Failed: /);
    expect(s.text()).toMatch(/60m +metadata +Created/);
    cluster.put('pods', pod('Running'));
    await s.waitFor(/> 0s +watch +status\.phase "Pending" → "Running"/);
    noneIsWider(s, cols);
    cluster.timing.advance(5000);
    await s.settle();
    expect(s.text()).toMatch(/> [56]s +watch/);
  });

  test('enter goes to the event, search keeps the rest', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Pending'));
    cluster.put(
      'events',
      objectOf('Event', 'e1', {
        reason: 'Pulled',
        message: 'image',
        lastTimestamp: new Date(start).toISOString(),
        involvedObject: { uid: 'uid-shop-web-1' },
      }),
    );
    const s = await open(cluster, 80, 24, 'none');
    await s.press('shift-t');
    await s.waitFor('Pulled');
    await type(s, '/created');
    expect(s.text()).toContain('/created (1/1)');
    expect(s.text()).toMatch(/> 60m +metadata +Created/);
    expect(s.text()).toContain('Pulled: image');
    expect(s.hasColour()).toBe(false);
    await s.press('g', 'enter');
    expect(s.text()).toContain('events(shop · event/e1)');
    await s.press('esc');
    expect(s.text()).toContain('timeline(pods shop/web-1)');
  });
});

describe('why', () => {
  const report = {
    subject: 'pod shop/web-1',
    status: 'CrashLoopBackOff',
    facts: [
      { level: 'bad', text: 'secret "tokens" is missing', next: `make it: kctl create secret ${hostile}` },
      { level: 'warn', text: 'it may be that', guess: true },
    ],
  };

  test.each(sizes)('at %i×%i is a chain from the symptom to its cause, and along the network', async (cols, rows) => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Running', { metadata: { labels: { app: 'web' } } }));
    cluster.put('services', objectOf('Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }));
    cluster.answers.set('why pods/web-1 -n shop -o json', { code: 0, stdout: JSON.stringify(report), stderr: '' });
    const s = await open(cluster, cols, rows);
    await s.press('shift-w');
    await s.waitFor('> x it is CrashLoopBackOff');
    expect(s.text()).toContain('└─x secret "tokens" is missing');
    expect(s.text()).toContain('→ make it: kctl create secret');
    expect(s.text()).toContain('└─! probably: it may be that');
    expect(s.text()).toContain('x service web leads to it');
    expect(s.text()).toContain('└─x it has no endpoint slice');
    noneIsWider(s, cols);
    await s.press('down', 'enter');
    expect(s.text()).toContain('secrets(shop · secret/tokens)');
  });

  test('an ingress leads to its services, and says which there is not', async () => {
    const cluster = objectCluster();
    const rules = [{ http: { paths: [{ path: '/', backend: { service: { name: 'gone' } } }] } }];
    cluster.put(
      'ingresses.networking.k8s.io',
      objectOf('Ingress', 'front', { apiVersion: 'networking.k8s.io/v1', spec: { ingressClassName: 'nginx', rules } }),
    );
    const s = await open(cluster, 100, 30);
    await type(s, ':ingresses');
    cluster.tables
      .get('ingresses.networking.k8s.io')!
      .change('ADDED', { cells: ['front', '1h'], object: objectOf('Ingress', 'front') });
    await s.settle();
    await s.press('shift-w');
    await s.waitFor('x there is no ingress class nginx');
    expect(s.text()).toContain('x it sends requests to service gone, which there is not');
  });

  test('a failure of the command is told', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Running'));
    cluster.answers.set('why pods/web-1 -n shop -o json', {
      code: 1,
      stdout: '',
      stderr: 'error: nodes may not be listed\n',
    });
    const s = await open(cluster);
    await s.press('shift-w');
    await s.waitFor('x nodes may not be listed');
  });
});

describe('what belongs to an object', () => {
  test('events of one object are a table of their own', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Running'));
    const s = await open(cluster);
    await s.press('shift-e');
    expect(s.text()).toContain('events(shop · pod/web-1)');
    expect(cluster.tables.get('events')!.scopes.at(-1)).toEqual({
      namespace: 'shop',
      fieldSelector: 'involvedObject.uid=uid-shop-web-1',
    });
  });

  test('shift-j goes to the owner, o to the node', async () => {
    const cluster = objectCluster();
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'r', controller: true }];
    cluster.put('pods', pod('Running', { metadata: { ownerReferences } }));
    const s = await open(cluster);
    await s.press('shift-j');
    expect(s.text()).toContain('replicasets.apps(shop · pod/web-1)');
    expect(cluster.tables.get('replicasets.apps')!.scopes.at(-1)).toEqual({ namespace: 'shop', name: 'web' });
    await s.press('esc', 'o');
    expect(s.text()).toContain('nodes(pod/web-1)');
    expect(cluster.tables.get('nodes')!.scopes.at(-1)).toEqual({ name: 'kind-worker' });
    await s.press('esc', 'down', 'shift-j');
    expect(s.text()).toContain('not found');
  });

  test('u tells who uses a config map, and how; enter goes there', async () => {
    const cluster = objectCluster();
    const template = {
      spec: {
        containers: [{ name: 'app', envFrom: [{ configMapRef: { name: 'settings' } }] }],
        volumes: [{ name: '설정', configMap: { name: 'settings' } }],
      },
    };
    cluster.put(
      'deployments.apps',
      objectOf('Deployment', 'web', {
        apiVersion: 'apps/v1',
        spec: { selector: { matchLabels: { app: 'web' } }, template },
      }),
    );
    const s = await open(cluster, 120, 30);
    await type(s, ':cm');
    cluster.tables
      .get('configmaps')!
      .change('ADDED', { cells: ['settings', '1h'], object: objectOf('ConfigMap', 'settings') });
    await s.settle();
    await s.press('u');
    await s.waitFor('uses(configmap/settings)[1]');
    expect(s.text()).toMatch(/web +deployments\.apps +all variables of app, volume 설정/);
    await s.press('enter');
    expect(s.text()).toContain('pods(shop · deployment/web)');
  });

  test('a role leads to its rules, a verb in each column', async () => {
    const cluster = objectCluster();
    const rules = [
      { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'], resourceNames: ['web'] },
      { nonResourceURLs: ['/healthz'], verbs: ['get'] },
    ];
    cluster.put('roles.rbac.authorization.k8s.io', objectOf('Role', 'reader', { rules }));
    const s = await open(cluster, 160, 30);
    await type(s, ':roles');
    cluster.tables
      .get('roles.rbac.authorization.k8s.io')!
      .change('ADDED', { cells: ['reader', '1h'], object: objectOf('Role', 'reader') });
    await s.settle();
    await s.press('enter');
    await s.waitFor('rules(role/reader)[4]');
    expect(s.text()).toMatch(/pods\/log +yes +yes +- +-/);
    expect(s.text()).toMatch(/deployments +apps +yes +yes +yes +yes +yes +yes +yes +yes +\* +web/);
  });
});

describe('where enter leads', () => {
  const spec = { podSelector: { matchLabels: { app: 'web' } } };
  const hpa = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } };
  const paths = [{ path: '/결제', backend: { service: { name: 'web' } } }];
  const endpoints = [
    { addresses: ['10.0.0.7'], conditions: { ready: false }, targetRef: { kind: 'Pod', name: 'web-1' } },
  ];

  test.each([
    ['networkpolicies.networking.k8s.io', 'NetworkPolicy', { spec }, 'pods(shop · networkpolicy/it)'],
    [
      'horizontalpodautoscalers.autoscaling',
      'HorizontalPodAutoscaler',
      { spec: hpa },
      'deployments.apps(shop · horizontalpodautoscaler/it)',
    ],
    [
      'ingresses.networking.k8s.io',
      'Ingress',
      { spec: { rules: [{ host: 'a.b', http: { paths } }] } },
      'web             services   a.b/결제',
    ],
    ['endpointslices.discovery.k8s.io', 'EndpointSlice', { endpoints }, '10.0.0.7 (not ready)'],
    [
      'persistentvolumes',
      'PersistentVolume',
      { metadata: { namespace: undefined }, spec: { claimRef: { name: 'disk', namespace: 'shop' } } },
      'persistentvolumeclaims(shop · persistentvolume/it)',
    ],
    ['services', 'Service', { spec: { selector: { app: 'web' } } }, 'pods(shop · service/it)'],
    ['secrets', 'Secret', {}, 'describe(secrets shop/it)'],
  ])('%s', async (plural, kind, rest, shown) => {
    const cluster = objectCluster();
    const object = objectOf(kind, 'it', rest);
    cluster.put(plural, object);
    const s = await open(cluster, 120, 24);
    await type(s, `:${plural}`);
    cluster.tables.get(plural)!.change('ADDED', { cells: ['it', '1h'], object });
    await s.settle();
    await s.press('enter');
    const loose = (text: string) => text.replaceAll(/ +/g, ' ');
    for (let round = 0; round < 20 && !loose(s.text()).includes(loose(shown)); round++) await s.settle();
    expect(loose(s.text())).toContain(loose(shown));
  });

  test('an account leads to what all of its bindings allow', async () => {
    const cluster = objectCluster();
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
    const roleRef = { kind: 'Role', name: 'reader' };
    cluster.put(
      'roles.rbac.authorization.k8s.io',
      objectOf('Role', 'reader', { ...rbac, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
    );
    cluster.put(
      'rolebindings.rbac.authorization.k8s.io',
      objectOf('RoleBinding', 'b', {
        ...rbac,
        roleRef,
        subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'shop' }],
      }),
    );
    cluster.put(
      'rolebindings.rbac.authorization.k8s.io',
      objectOf('RoleBinding', 'c', {
        ...rbac,
        roleRef: { kind: 'Role', name: 'gone' },
        subjects: [{ kind: 'Group', name: 'system:serviceaccounts' }],
      }),
    );
    const s = await open(cluster, 140, 24);
    await type(s, ':serviceaccounts');
    cluster.tables
      .get('serviceaccounts')!
      .change('ADDED', { cells: ['robot', '1h'], object: objectOf('ServiceAccount', 'robot') });
    await s.settle();
    await s.press('enter');
    await s.waitFor('rules(serviceaccount/robot)[1]');
    expect(s.text()).toMatch(/pods +yes +-/);
  });
});

describe('full screen', () => {
  test('f gives the text the room of the header, and gives it back', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Running'));
    const s = await open(cluster);
    await s.press('y', 'f');
    expect(s.text()).not.toContain('kind-dev');
    expect(s.text()).toContain('apiVersion: v1');
    await s.press('f');
    expect(s.text()).toContain('kind-dev');
  });
});
