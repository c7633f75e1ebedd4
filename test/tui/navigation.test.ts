import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { compactRow } from '../../src/store/compact-row.ts';
import { filteredSource, mergedSource } from '../../src/store/merged-source.ts';
import { addressOf, lineOf, parseAddress } from '../../src/tui/state/address.ts';
import { namespaceTest, spelledOut, withFavourite } from '../../src/tui/state/namespaces.ts';
import type { TableModel } from '../../src/tui/views/table-model.ts';
import type { TableView } from '../../src/tui/views/view.ts';
import { fakeCluster, podRow, resources } from './fake-services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let screen: TestScreen | undefined;
afterEach(() => screen?.close());

const pods = () => fakeCluster([podRow('shop', 'web-1'), podRow('shop', 'db-0'), podRow('kube-system', 'coredns')]);

async function open(cluster = pods()): Promise<TestScreen> {
  screen = await renderTest({ cols: 100, rows: 30, cluster });
  await screen.waitFor('web-1');
  return screen;
}

describe('the palette', () => {
  test('does what can be done here, under its key', async () => {
    const { press, type, text } = await open();
    await press('ctrl-p');
    await type('describ');
    expect(text()).toMatch(/> Describe +d /);
    await press('enter');
    expect(text()).toContain('describe(pods shop/db-0)');
  });

  test('goes to kinds and namespaces', async () => {
    const { press, type, waitFor } = await open();
    await waitFor('Server v1.36.0');
    await press('ctrl-p');
    await type('rs');
    await press('enter');
    await waitFor('replicasets.apps(shop)');
  });
});

describe('bookmarks', () => {
  test('keep a view with its filter, and are gone to by name', async () => {
    const { type, text, dashboard, waitFor } = await open();
    await type(':po all /core\r');
    await waitFor('pods(all)[1/3] /core');
    await type(':bookmark dns\r');
    await type(':deploy\r');
    await type(':bookmark dns\r');
    await waitFor('pods(all)[1/3] /core');
    expect(dashboard.memory.known.bookmarks).toEqual({ dns: 'kctl://kind-dev/-/pods?filter=core' });
    await type(':unbookmark dns\r');
    await type(':bookmark\r');
    expect(text()).toContain('there are no bookmarks yet');
  });
});

describe('favourite namespaces', () => {
  test('get a key when they are gone to, and keep it', async () => {
    const { type, press, waitFor, dashboard } = await open();
    await type(':po kube-system\r');
    await type(':po all\r');
    await press('1');
    await waitFor('pods(kube-system)[1]');
    expect(dashboard.memory.known.favourites).toEqual(['kube-system']);
  });

  test('are nine', () => {
    const nine = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    expect(withFavourite(nine, 'c')).toBe(nine);
    expect(withFavourite(nine, 'z')).toEqual([...nine.slice(0, 8), 'z']);
  });
});

describe('the first view', () => {
  test('is what was seen last in this context', async () => {
    const cluster = pods();
    const memoryFile = join(mkdtempSync(join(tmpdir(), 'kctl-memory-')), 'kind-dev.json');
    const services = { ...cluster.services, memoryFile };
    screen = await renderTest({ cols: 100, rows: 30, cluster: { ...cluster, services } });
    await screen.type(':deploy kube-system /dns\r');
    screen.close();
    screen = await renderTest({ cols: 100, rows: 30, cluster: { ...cluster, services } });
    await screen.waitFor('deployments.apps(kube-system)[0] /dns');
  });

  test('is what the command line asks for', async () => {
    screen = await renderTest({ cols: 100, rows: 30, cluster: pods(), kind: 'po kube-system' });
    await screen.waitFor('pods(kube-system)[1]');
  });
});

test('the line that was typed last comes first, each once', async () => {
  const { type, press, dashboard } = await open();
  await type(':po all\r');
  await type(':deploy\r');
  await type(':po all\r');
  expect(dashboard.memory.known.lines).toEqual(['deploy', 'po all']);
  await type(':');
  await press('up', 'up', 'enter');
  expect((dashboard.current() as TableModel).view.resource.plural).toBe('deployments');
});

const scopes: [scope: string, spelled: readonly string[] | undefined, inside: string[], outside: string[]][] = [
  ['a,b', ['a', 'b'], ['a', 'b'], ['c', 'ab']],
  ['team-*', undefined, ['team-a', 'team-'], ['teams', 'a-team-b']],
  ['!kube-*', undefined, ['shop'], ['kube-system']],
];

test.each(scopes)('namespaces %s', (scope, spelled, inside, outside) => {
  expect(spelledOut(scope)).toEqual(spelled);
  expect([...inside, ...outside].filter(namespaceTest(scope))).toEqual(inside);
});

describe('addresses', () => {
  const view: TableView = {
    type: 'table',
    resource: resources.find(({ plural }) => plural === 'deployments')!,
    scope: { namespace: 'shop', labelSelector: 'app=web' },
    filter: 'a/b 한글',
    sort: { column: 'Up-to-date', descending: true },
    wide: true,
    faults: false,
  };

  test('come back as they went', () => {
    const address = addressOf(view, 'arn:aws/prod');
    expect(address).toBe(
      'kctl://arn%3Aaws%2Fprod/shop/deployments.apps?labels=app%3Dweb&filter=a%2Fb+%ED%95%9C%EA%B8%80&sort=-Up-to-date&wide=1',
    );
    expect(parseAddress(address)).toEqual({
      context: 'arn:aws/prod',
      namespace: 'shop',
      kind: 'deployments.apps',
      scope: { labelSelector: 'app=web' },
      view: { filter: 'a/b 한글', sort: view.sort, wide: true, faults: false },
    });
  });

  test('are command lines too', () => {
    expect(lineOf(view)).toBe('deployments.apps shop app=web /a/b 한글');
  });

  test.each(['', 'http://x/y/z', 'kctl://a/b'])('%j is none', (text) => {
    expect(() => parseAddress(text)).toThrow(/is no address of a view/);
  });
});

describe('several sources as one', () => {
  const start = (names: string[][]) => {
    const { timing } = fakeCluster();
    const seen: string[][] = [];
    const phases: string[] = [];
    const parts = names.map(() => {
      const { tables, services } = fakeCluster();
      const source = services.tableSource(resources[0]!, {});
      return { source, table: tables.get('pods')! };
    });
    parts.forEach((part, index) => {
      part.table.rows = names[index]!.map((name) => podRow(`ns-${index}`, name));
    });
    const merged = mergedSource(
      parts.map(({ source }) => source),
      (row) => compactRow(row, timing.now()).key,
    );
    merged.start({
      replace: (items) => seen.push(items.map(({ object }) => object.metadata.name!)),
      change: (type, { object }) => seen.push([type, object.metadata.name!]),
      state: ({ phase }) => phases.push(phase),
    });
    return { parts, seen, phases };
  };

  test('a list of one takes the place of its own alone', () => {
    const { seen, phases, parts } = start([['a'], ['b']]);
    expect(seen).toEqual([['a'], ['a', 'b']]);
    expect(phases).toEqual(['synced']);
    parts[1]!.table.change('DELETED', podRow('ns-1', 'b'));
    expect(seen.at(-1)).toEqual(['DELETED', 'b']);
  });

  test('one that fails leaves the others to be seen, and says so', () => {
    const { parts, phases } = start([['a'], ['b']]);
    parts[1]!.table.state({ phase: 'failed', since: 0, error: new Error('forbidden') });
    expect(phases).toEqual(['synced', 'stale']);
  });

  test('what a filter does not keep is not told', () => {
    const { tables, services } = fakeCluster();
    tables.get('pods')!.rows = [podRow('a', 'x'), podRow('b', 'y')];
    const seen: string[] = [];
    const source = filteredSource(
      services.tableSource(resources[0]!, {}),
      ({ object }) => object.metadata.namespace === 'a',
    );
    source.start({
      replace: (items) => seen.push(...items.map(({ object }) => object.metadata.name!)),
      change: (_, { object }) => seen.push(object.metadata.name!),
      state: () => undefined,
    });
    tables.get('pods')!.change('ADDED', podRow('b', 'z'));
    expect(seen).toEqual(['x']);
  });
});

describe('lines as k9s has them', () => {
  test('short names that no server has; the list of kinds tells them', async () => {
    const { type, waitFor } = await open();
    await type(':dp\r');
    await waitFor('deployments.apps(shop)');
    await type(':alias deploy\r');
    await waitFor(/aliases\[1\/\d+\] \/deploy/);
    await waitFor('deploy,dp,deployment');
    await type(':constructor\r');
    await waitFor('the server doesn\'t have a resource type "constructor"');
  });

  test('labels are a part of the filter: seen, kept for other namespaces, cleared by Esc', async () => {
    const rows = [podRow('shop', 'web-1', { labels: { app: 'web' } }), podRow('shop', 'db-0')];
    const { type, press, waitFor } = await open(fakeCluster(rows));
    await type(":po 'app in (web, api)' shop\r");
    await waitFor('pods(shop)[1/2] /-l app in (web, api)');
    await press('0');
    await waitFor('pods(all)[1/2] /-l app in (web, api)');
    await press('esc');
    await waitFor('pods(all)[2]');
  });

  test('u on a namespace makes it the one that views open in, and gives it a key', async () => {
    const cluster = pods();
    const { type, press, waitFor, dashboard } = await open(cluster);
    await type(':ns\r');
    cluster.tables.get('namespaces')!.change('ADDED', podRow('', 'kube-system'));
    await waitFor('kube-system');
    await press('u');
    await waitFor('Views that open now are of namespace kube-system');
    expect(dashboard.memory.known.favourites).toContain('kube-system');
    await type(':po\r');
    await waitFor('pods(kube-system)[1]');
  });
});
