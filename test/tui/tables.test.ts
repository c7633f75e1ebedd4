import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { noUserFiles, type UserFiles } from '../../src/settings/read-user-files.ts';
import type { TableModel } from '../../src/tui/views/table-model.ts';
import { type FakeCluster, fakeCluster, podRow, putObject } from './fake-services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let screen: TestScreen | undefined;

afterEach(() => {
  screen?.close();
  screen = undefined;
});

function shop(): FakeCluster {
  return fakeCluster([
    podRow('shop', 'api-0', { labels: { app: 'api' } }),
    podRow('shop', 'db-0', { status: 'Pending', ready: '0/1', labels: { app: 'db' } }),
    podRow('shop', 'web-1', { labels: { app: 'web' } }),
    podRow('shop', 'web-2', { restarts: '12 (5m ago)', labels: { app: 'web' } }),
  ]);
}

async function open(
  cluster: FakeCluster,
  cols = 120,
  views: () => UserFiles['views'] = () => ({}),
): Promise<TestScreen> {
  screen = await renderTest({ cols, rows: 24, cluster, userFiles: () => ({ ...noUserFiles, views: views() }) });
  return screen;
}

const pods = (cluster: FakeCluster) => cluster.tables.get('pods')!;
const modelOf = (s: TestScreen) => s.dashboard.current() as TableModel;
const cursorLine = (s: TestScreen) => s.lines().find((line) => line.startsWith('>')) ?? '';
const rowOf = (s: TestScreen, name: string) => s.lines().find((line) => line.includes(name)) ?? '';
const titleOf = (s: TestScreen) => rowOf(s, 'pods(');
const heading = (s: TestScreen) => rowOf(s, 'NAME');

describe('an object that goes away under the cursor', () => {
  test('leaves a tombstone, and what deletes does nothing for a moment', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('j');
    pods(cluster).change('DELETED', podRow('shop', 'db-0'));
    cluster.timing.advance(60);
    await s.press('ctrl-d');
    expect(cursorLine(s)).toMatch(/^>† +db-0 +deleted/);
    expect(s.text()).toContain('the object under the cursor has just gone');
    expect(s.text()).not.toContain('Delete?');
    cluster.timing.advance(500);
    await s.press('ctrl-d');
    expect(s.text()).toContain('Delete?');
    expect(s.text()).toContain('shop/web-1');
  });

  test('moving from the tombstone goes to the row that stood beside it, still disarmed', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('j');
    pods(cluster).change('DELETED', podRow('shop', 'db-0'));
    cluster.timing.advance(60);
    const model = modelOf(s);
    model.move('down');
    expect(model.selectedRow()?.name).toBe('web-1');
    expect(model.disarmed()).toBeDefined();
    cluster.timing.advance(600);
    expect(model.disarmed()).toBeUndefined();
    expect(model.selectedRow()?.name).toBe('web-1');
  });

  test('another one under its name is not taken for it', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('j', 'space', 'k');
    const again = podRow('shop', 'db-0');
    again.object.metadata.uid = 'another';
    pods(cluster).change('MODIFIED', again);
    cluster.timing.advance(60);
    expect(modelOf(s).disarmed()).toBeDefined();
    expect(modelOf(s).markCount).toBe(0);
    cluster.timing.advance(500);
    expect(modelOf(s).target()?.uid).toBe('another');
  });

  test('what the user hides himself leaves none; what leaves the filter by itself does', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('j', '/');
    await s.type('running\r');
    expect(modelOf(s).disarmed()).toBeUndefined();
    await s.press('g');
    pods(cluster).change('MODIFIED', podRow('shop', 'api-0', { status: 'Error' }));
    cluster.timing.advance(60);
    await s.settle();
    expect(s.text()).toMatch(/† +api-0 +no longer in this view/);
  });
});

describe('marks', () => {
  test('make ranges, survive a filter, and are counted with those that it hides', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('space', 'j');
    await s.type('\u0000');
    expect(titleOf(s)).toContain('3 marked');
    await s.press('/');
    await s.type('web\r');
    expect(titleOf(s)).toContain('pods(shop)[2/4] /web');
    expect(titleOf(s)).toContain('3 marked · 2 of them hidden');
    await s.press('ctrl-d');
    expect(s.text()).toContain('Delete 3 objects?');
    await s.press('esc', 'ctrl-\\');
    expect(titleOf(s)).not.toContain('marked');
  });
});

describe('selectors in a filter', () => {
  test('are sent to the server once they stand, and taken back with the filter', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('/');
    await s.type('-l app=web -F status.phase=Running web-2');
    expect(pods(cluster).scopes).toHaveLength(1);
    cluster.timing.advance(400);
    expect(pods(cluster).scopes.at(-1)).toEqual({
      namespace: 'shop',
      labelSelector: 'app=web',
      fieldSelector: 'status.phase=Running',
    });
    await s.press('enter');
    expect(titleOf(s)).toContain('[1/4]');
    await s.press('esc');
    cluster.timing.advance(400);
    expect(pods(cluster).scopes.at(-1)).toEqual({ namespace: 'shop' });
    // One watch at a time.
    expect(pods(cluster).sinks.size).toBe(1);
  });

  test('stay with those of the view', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press(':');
    await s.type('pods app=web /-l tier=front\r');
    expect(pods(cluster).scopes.at(-1)).toEqual({ namespace: 'shop', labelSelector: 'app=web,tier=front' });
  });

  test('one that is wrong is told and not sent', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('/');
    await s.type('-l app in (');
    cluster.timing.advance(1000);
    await s.settle();
    expect(titleOf(s)).toContain('filter:');
    expect(pods(cluster).scopes).toHaveLength(1);
  });
});

describe('columns', () => {
  test('a click on a heading sorts, and the order of a kind is remembered', async () => {
    const cluster = shop();
    const s = await open(cluster);
    const y = s.lines().indexOf(heading(s)) + 1;
    const x = heading(s).indexOf('RESTARTS') + 1;
    await s.type(`\u001b[<0;${x};${y}M`);
    await s.type(`\u001b[<0;${x};${y}M`);
    expect(heading(s)).toContain('RESTARTS↓');
    expect(s.dashboard.memory.known.sorts).toEqual({ pods: { column: 'Restarts', descending: true } });
    await s.press(':');
    await s.type('svc\r');
    await s.press(':');
    await s.type('pods\r');
    expect(heading(s)).toContain('RESTARTS↓');
    expect(s.lines()[s.lines().indexOf(heading(s)) + 1]).toContain('web-2');
  });

  test('are picked, remembered, and found by the filter only while they are shown', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('alt-c');
    expect(s.text()).toContain('Columns');
    await s.type('node');
    await s.press('space', 'enter');
    expect(heading(s)).toContain('NODE');
    await s.press('alt-c');
    await s.type('ready');
    await s.press('space', 'enter');
    expect(heading(s)).not.toContain('READY');
    expect(s.dashboard.memory.known.columns).toEqual({ pods: { shown: ['Node'], hidden: ['Ready'] } });
    modelOf(s).setFilter('kind-worker');
    expect(modelOf(s).store.getSnapshot().visible).toBe(4);
    modelOf(s).setFilter('0/1');
    expect(modelOf(s).store.getSnapshot().visible).toBe(0);
  });

  test('copies names and namespaces, each once', async () => {
    const cluster = shop();
    const s = await open(cluster);
    const copied: string[] = [];
    s.dashboard.copy = (text) => copied.push(text);
    await s.press('c', 'space', 'space', 'c', 'n');
    expect(copied).toEqual(['api-0', 'api-0\ndb-0', 'shop']);
    expect(s.text()).toContain('Copied shop');
  });

  test('saves what the filter shows as CSV that only its owner reads', async () => {
    const cluster = fakeCluster([podRow('shop', 'a', { status: 'x,"y"\u001b[2J' }), podRow('shop', 'b')]);
    const home = mkdtempSync(join(tmpdir(), 'kctl-csv-'));
    Object.assign(cluster.services.env, { KCTL_HOME: home });
    const s = await open(cluster, 200);
    modelOf(s).setWide(false);
    modelOf(s).setFilter('^a$');
    await s.press('ctrl-s');
    const path = /Saved 1 rows to (\S+\.csv)/.exec(s.text())![1]!;
    expect(path.startsWith(home)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe('NAME,READY,STATUS,RESTARTS,AGE\r\na,1/1,"x,""y""^[[2J",0,60m\r\n');
  });
});

describe('views.yaml', () => {
  const whole = (name: string, facts = {}) => {
    const row = podRow('shop', name, facts);
    const spec = { nodeName: 'n1', containers: [{ image: 'nginx' }, { image: 'envoy' }], priority: name.length };
    return { ...row, object: { ...row.object, spec, status: { startTime: '2026-11-21T11:00:00Z' } } };
  };

  test('chooses, orders, adds and hides columns; wide adds the rest', async () => {
    const cluster = fakeCluster([whole('a'), whole('web-22')]);
    const s = await open(cluster, 120, () => ({
      'v1/pods': {
        columns: [
          'AGE',
          'NAME',
          'IMAGES:.spec.containers[*].image',
          'PRIO:.spec.priority|NR',
          'UP:.status.startTime|T',
          'ACCOUNT:.spec.nodeName|W',
          'STATUS|H',
        ],
        sortColumn: 'PRIO:desc',
      },
    }));
    expect(heading(s).trim().split(/\s+/)).toEqual(['AGE', 'NAME', 'IMAGES', 'PRIO↓', 'UP']);
    expect(cursorLine(s)).toMatch(/> +60m +web-22 +nginx,envoy +6 +60m/);
    await s.press('ctrl-w');
    expect(heading(s).trim().split(/\s+/)).toEqual([
      'AGE',
      'NAME',
      'IMAGES',
      'PRIO↓',
      'UP',
      'ACCOUNT',
      'READY',
      'RESTARTS',
      'IP',
      'NODE',
    ]);
    await s.press('ctrl-z');
    modelOf(s).setFaults(false);
    modelOf(s).setFilter('prio>3');
    expect(modelOf(s).store.getSnapshot().visible).toBe(1);
  });

  test('is followed while a table is open; one for a namespace comes first, and what is wrong is told', async () => {
    const cluster = shop();
    let views: UserFiles['views'] = {};
    const s = await open(cluster, 120, () => views);
    expect(heading(s)).toContain('READY');
    views = {
      'v1/pods': { columns: ['NAME'] },
      'v1/pods@^sh': { columns: ['NAME', 'RESTARTS'], sortColumn: 'RESTARTS:desc' },
      'v1/nodes': { columns: ['BAD:.x[|R'] },
    };
    s.dashboard.reloadFiles();
    await s.settle();
    expect(s.text()).toContain('views.yaml: v1/nodes: BAD:.x[|R');
    expect(heading(s).trim().split(/\s+/)).toEqual(['NAME', 'RESTARTS↓']);
    await s.press('0');
    expect(heading(s).trim().split(/\s+/)).toEqual(['NAMESPACE', 'NAME']);
  });
});

describe('CPU and memory', () => {
  const withSpec = (name: string) => {
    const row = podRow('shop', name);
    const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1' } };
    return { ...row, object: { ...row.object, spec: { containers: [{ name: 'main', resources }] } } };
  };
  const path = '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods';
  const metrics = (name: string, cpu: string, memory: string) => ({
    metadata: { name, namespace: 'shop' },
    containers: [
      { name: 'main', usage: { cpu, memory } },
      { name: 'side', usage: { cpu: '1m', memory: '0' } },
    ],
  });

  test('are polled while the table is seen, with shares of what is asked for', async () => {
    const cluster = fakeCluster([withSpec('a'), withSpec('b')]);
    cluster.served.set(path, { items: [metrics('a', '249m', '32Mi')], metadata: {} });
    const s = await open(cluster, 140);
    const polls = () => cluster.requests.filter((one) => one === path).length;
    await s.waitFor('%CPU/R');
    expect(rowOf(s, ' a ')).toMatch(/a +1\/1 +Running +0 +250m +32Mi +250% +50% +25% +- /);
    expect(rowOf(s, ' b ')).toMatch(/b +1\/1 +Running +0 +- +- +- /);
    const before = polls();
    cluster.served.set(path, { items: [metrics('a', '499m', '64Mi'), metrics('b', '1', '1Mi')], metadata: {} });
    cluster.timing.advance(15_000);
    await s.settle();
    expect(polls()).toBe(before + 1);
    expect(rowOf(s, ' a ')).toMatch(/500m +64Mi +500% +100% +50%/);
    await s.press('shift-c', 'shift-c');
    expect(cursorLine(s)).toContain(' a ');
    expect(s.lines()[s.lines().indexOf(heading(s)) + 1]).toContain(' b ');
    modelOf(s).setFilter('cpu>800m');
    expect(modelOf(s).store.getSnapshot().visible).toBe(1);
    // Under another view nobody asks.
    await s.press('y');
    cluster.timing.advance(16_000);
    await s.settle();
    const under = polls();
    cluster.timing.advance(120_000);
    await s.settle();
    expect(polls()).toBe(under);
  });

  test('of containers stand in their table', async () => {
    const cluster = fakeCluster([withSpec('a')]);
    putObject(cluster, 'pods', withSpec('a').object);
    cluster.served.set(path, { items: [], metadata: {} });
    cluster.served.set(`${path}/a`, metrics('a', '249m', '32Mi'));
    const s = await open(cluster, 160);
    await s.press('enter');
    await s.waitFor(/main +main +false +Waiting +0 +249m +32Mi +249% +50% +25% +-/);
    expect(modelOf(s).store.window(0, 5).marks.size).toBe(0);
  });

  test('of nodes stand beside what they have, with shares of it', async () => {
    const cluster = fakeCluster([]);
    const node = (name: string, cpu: string, memory: string) => ({
      cells: [name, 'Ready', '<none>', '1h', 'v1.36.0'],
      object: {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, uid: `uid-${name}`, resourceVersion: '1' },
        status: { allocatable: { cpu, memory } },
      },
    });
    cluster.services.tableSource({ plural: 'nodes', group: '' } as never, {});
    const table = cluster.tables.get('nodes')!;
    const titles = ['Name', 'Status', 'Roles', 'Age', 'Version'].map((name) => ({ name, type: 'string' }));
    table.columns.splice(0, table.columns.length, ...titles);
    table.rows = [node('big', '4', '8Gi'), node('작은-🙂', '500m', '1Gi')];
    const use = (name: string, cpu: string, memory: string) => ({ metadata: { name }, usage: { cpu, memory } });
    const items = [use('big', '1', '2Gi'), use('작은-🙂', '400m', '512Mi')];
    cluster.served.set('/apis/metrics.k8s.io/v1beta1/nodes', { items, metadata: {} });
    screen = await renderTest({ cols: 140, rows: 20, cluster, kind: 'nodes' });
    await screen.waitFor('%MEM');
    expect(heading(screen)).toMatch(/CPU +%CPU +MEM +%MEM/);
    expect(rowOf(screen, ' big ')).toMatch(/1000m +25% +2048Mi +25%/);
    expect(rowOf(screen, '작은')).toMatch(/400m +80% +512Mi +50%/);
  });

  test('what is measured is no change: no cell is marked', async () => {
    const cluster = fakeCluster([withSpec('a')]);
    cluster.served.set(path, { items: [metrics('a', '249m', '32Mi')], metadata: {} });
    const s = await open(cluster, 140);
    await s.waitFor('250m');
    expect(modelOf(s).store.window(0, 5).marks.size).toBe(0);
  });
});
