import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { KctlError } from '../../../src/lib/errors.ts';
import { start } from '../fake-services.ts';
import type { TestScreen } from '../render-test.ts';
import {
  hostile,
  noneIsWider,
  type ObjectCluster,
  objectCluster,
  objectOf,
  pod,
  sizes,
  type,
} from './object-cluster.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

async function open(cluster: ObjectCluster, cols = 80, rows = 24, depth: 'none' | '256' = '256'): Promise<TestScreen> {
  screen = await cluster.open(cols, rows, depth);
  return screen;
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

  test('where nobody may watch, it is read once and says so; ctrl-r reads again', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Pending'));
    const error = new KctlError('api', 'pods "web-1" is forbidden: you may not watch it');
    cluster.services.objectSource = () => ({
      start: (sink) => sink.state({ phase: 'failed', since: 0, error }),
      stop: () => undefined,
    });
    const s = await open(cluster);
    await s.press('y');
    expect(s.text()).toContain('phase: Pending');
    expect(s.text()).toContain('not live');
    expect(s.text()).toContain('● live');
    cluster.put('pods', pod('Running'));
    await s.settle();
    expect(s.text()).toContain('phase: Pending');
    await s.press('ctrl-r');
    await s.waitFor('phase: Running');
  });

  test('an object that there is not says what to do, and shows when it comes to be', async () => {
    const cluster = objectCluster();
    const s = await open(cluster);
    await s.press('y');
    expect(s.text()).toContain('x pods "web-1" not found');
    cluster.put('pods', pod('Running'));
    await s.waitFor('phase: Running');
  });

  test('the line that is typed, and help, say how a text is searched, and nothing of tables', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Running'));
    const s = await open(cluster, 120, 40);
    await s.press('y', '/');
    expect(s.text()).toContain('port|host  what is found and hides nothing: n and Shift-N go there');
    expect(s.text()).not.toContain('status=X');
    await s.press('esc', '?');
    await s.waitFor('port|host');
    expect(s.text()).not.toContain('status=Pending');
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
