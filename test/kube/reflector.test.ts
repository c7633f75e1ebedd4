import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject, TableRow } from '../../src/api/meta.ts';
import type { ResourceInfo } from '../../src/api/resource.ts';
import type { Sink, Source } from '../../src/api/source.ts';
import { type ApiStatus, ApiStatusError } from '../../src/api/status.ts';
import type { ApiRequest, ApiResponse, Transport } from '../../src/kube/cluster.ts';
import { listPages } from '../../src/kube/list.ts';
import { objectReflector, tableReflector } from '../../src/kube/reflector.ts';
import { Backoff, type Timers } from '../../src/kube/timers.ts';
import { watchLines } from '../../src/kube/watch.ts';

const pods: ResourceInfo = {
  group: '',
  version: 'v1',
  plural: 'pods',
  singular: 'pod',
  kind: 'Pod',
  namespaced: true,
  shortNames: ['po'],
  categories: [],
  verbs: ['list', 'watch'],
  subresources: [],
};

/** Timers that run when the test says so. */
class ManualTimers implements Timers {
  time = 1_000_000;
  pending: { at: number; callback: () => void }[] = [];

  now = () => this.time;

  setTimeout = (callback: () => void, milliseconds: number) => {
    const timer = { at: this.time + milliseconds, callback };
    this.pending.push(timer);
    return timer;
  };

  clearTimeout = (timer: unknown) => {
    this.pending = this.pending.filter((one) => one !== timer);
  };

  /** Runs the wait before the next try; returns its milliseconds. */
  backoff = () => this.#run((milliseconds) => milliseconds <= 30_000);

  /** Runs the guard of a watch, which waits for minutes; returns its milliseconds. */
  guard = () => this.#run((milliseconds) => milliseconds > 30_000);

  async #run(matches: (milliseconds: number) => boolean): Promise<number> {
    const find = () => this.pending.find((timer) => matches(timer.at - this.time));
    await until(() => find() !== undefined);
    const timer = find()!;
    const waited = timer.at - this.time;
    this.clearTimeout(timer);
    this.time = timer.at;
    timer.callback();
    return waited;
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('it did not come to that');
}

const gone = { kind: 'Status', status: 'Failure', code: 410, reason: 'Expired', message: 'too old' };

/** Lists come from `lists`, watches wait for the test to write into them. */
class FakeServer implements Transport {
  readonly server = 'https://test';
  readonly requests: ApiRequest[] = [];
  readonly watches: Readable[] = [];
  lists: (unknown | Error)[] = [];
  refusedWatches: Error[] = [];

  async json<T>(request: ApiRequest): Promise<T> {
    this.requests.push(request);
    const answer = this.lists.shift() ?? new Error('no list left');
    if (answer instanceof Error) throw answer;
    return answer as T;
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    this.requests.push(request);
    const refused = this.refusedWatches.shift();
    if (refused) throw refused;
    const body = new Readable({ read: () => undefined });
    request.signal?.addEventListener('abort', () => body.destroy(request.signal?.reason));
    body.on('error', () => undefined);
    this.watches.push(body);
    return { status: 200, headers: {}, body, text: async () => '' };
  }

  openChannels = () => Promise.reject(new Error('not used'));
  openTunnel = this.openChannels;
  pass = this.openChannels;
  now = Date.now;
  onWarning = () => undefined;
  close = () => undefined;

  async watch(index: number): Promise<Readable> {
    await until(() => this.watches.length > index);
    return this.watches[index]!;
  }

  /** What was asked of the list or watch with that index among all requests. */
  query(index: number): Record<string, unknown> {
    return JSON.parse(JSON.stringify(this.requests[index]?.query));
  }
}

const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const pod = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, resourceVersion },
});
const podList = (version: string, names: string[], more = {}) => ({
  kind: 'PodList',
  apiVersion: 'v1',
  metadata: { resourceVersion: version, ...more },
  items: names.map((name) => ({ metadata: { name } })),
});
const failure = (code: number, reason: string) =>
  new ApiStatusError({ status: 'Failure', code, reason, message: reason } as ApiStatus);

/** Notes everything as short lines: `= a,b @5`, `+ c`, `~ c`, `- c`, `synced`. */
class NotingSink<T> implements Sink<T> {
  readonly notes: string[] = [];
  columns: string[] = [];
  readonly nameOf: (item: T) => string;
  constructor(nameOf: (item: T) => string) {
    this.nameOf = nameOf;
  }
  replace(items: T[], info: { columns: { name: string }[]; resourceVersion: string }) {
    this.columns = info.columns.map((one) => one.name);
    this.notes.push(`= ${items.map(this.nameOf).join(',')} @${info.resourceVersion}`);
  }
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: T, info: { columns: { name: string }[] }) {
    this.columns = info.columns.map((one) => one.name);
    this.notes.push(`${{ ADDED: '+', MODIFIED: '~', DELETED: '-' }[type]} ${this.nameOf(item)}`);
  }
  state(state: { phase: string; error?: Error }) {
    this.notes.push(state.error ? `${state.phase}: ${state.error.message}` : state.phase);
  }
}

let running: Source<unknown>[] = [];
afterEach(() => {
  for (const source of running) source.stop();
  running = [];
});

function follow(server: FakeServer, scope = {}) {
  const timers = new ManualTimers();
  const sink = new NotingSink<KubeObject>((item) => `${item.kind}/${item.metadata.name}`);
  const source = objectReflector(server, pods, scope, { timers, random: () => 0 });
  source.start(sink);
  running.push(source);
  return { timers, sink, source, noted: (count: number) => until(() => sink.notes.length >= count) };
}

describe('a reflector', () => {
  test('lists in pages, then watches from there', async () => {
    const server = new FakeServer();
    server.lists = [podList('4', ['a'], { continue: 'more' }), podList('5', ['b'])];
    const { sink, noted } = follow(server, {
      namespace: 'web',
      labelSelector: 'app=x',
      name: 'a',
      fieldSelector: 'spec.nodeName=n',
    });
    const watch = await server.watch(0);
    watch.push(line('ADDED', pod('c', '6')) + line('BOOKMARK', pod('', '9')).slice(0, 10));
    watch.push(
      line('BOOKMARK', pod('', '9')).slice(10) + line('MODIFIED', pod('c', '10')) + line('DELETED', pod('한글', '11')),
    );
    await noted(6);
    expect(sink.notes).toEqual(['connecting', '= Pod/a,Pod/b @5', 'synced', '+ Pod/c', '~ Pod/c', '- Pod/한글']);
    expect(server.requests[0]!.path).toBe('/api/v1/namespaces/web/pods');
    const selectors = { labelSelector: 'app=x', fieldSelector: 'metadata.name=a,spec.nodeName=n' };
    expect(server.query(0)).toEqual({ ...selectors, limit: 500 });
    expect(server.query(1)).toEqual({ ...selectors, limit: 500, continue: 'more' });
    expect(server.query(2)).toEqual({
      ...selectors,
      resourceVersion: '5',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '300',
      watch: '1',
    });
  });

  test('resumes at the last version when the server ends the watch', async () => {
    const server = new FakeServer();
    server.lists = [podList('5', ['a'])];
    const { sink, noted } = follow(server);
    const first = await server.watch(0);
    first.push(line('ADDED', pod('b', '6')) + line('BOOKMARK', pod('', '8')));
    await noted(4);
    first.push(null);
    (await server.watch(1)).push(line('ADDED', pod('c', '9')));
    await noted(5);
    expect(server.query(2)).toMatchObject({ resourceVersion: '8' });
    expect(sink.notes.slice(3)).toEqual(['+ Pod/b', '+ Pod/c']);
  });

  test('lists again after 410, as an event or as an answer, without emptying what is shown', async () => {
    const server = new FakeServer();
    server.lists = [podList('5', ['a']), podList('50', ['z']), podList('60', ['y'])];
    const { timers, sink, noted } = follow(server);
    (await server.watch(0)).push(line('ERROR', gone));
    expect(await timers.backoff()).toBe(800);
    await server.watch(1);
    expect(sink.notes).toEqual(['connecting', '= Pod/a @5', 'synced', '= Pod/z @50']);
    server.refusedWatches = [failure(410, 'Gone')];
    server.watches[1]!.push(line('ADDED', pod('x', '51')));
    await noted(5);
    server.watches[1]!.push(null);
    await timers.backoff();
    await noted(6);
    expect(sink.notes.at(-1)).toBe('= Pod/y @60');
  });

  test('a cut connection is stale until it is back, waiting longer each time', async () => {
    const server = new FakeServer();
    server.lists = [podList('5', ['a'])];
    const { timers, sink, noted } = follow(server);
    const first = await server.watch(0);
    first.push(line('ADDED', pod('b', '6')));
    await noted(4);
    server.refusedWatches = Array.from({ length: 7 }, () => new Error('refused'));
    first.destroy(new Error('reset'));
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      waits.push(await timers.backoff());
    }
    expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    (await server.watch(1)).push(line('ADDED', pod('c', '7')));
    await noted(8);
    expect(sink.notes.slice(4)).toEqual([
      'stale: unexpected error when reading response body. Please retry. Original error: unexpected EOF',
      // Another reason is told; the same one six times more is no news.
      'stale: refused',
      'synced',
      '+ Pod/c',
    ]);
    expect(server.query(server.requests.length - 1)).toMatchObject({ resourceVersion: '6' });
  });

  test('a line that is no event is a broken stream', async () => {
    const server = new FakeServer();
    server.lists = [podList('5', ['a'])];
    const { timers, sink, noted } = follow(server);
    (await server.watch(0)).push(`${line('ADDED', pod('b', '6'))}{"type":\n`);
    await noted(5);
    expect(sink.notes.slice(3)).toEqual(['+ Pod/b', 'stale: unable to decode an event from the watch stream']);
    await timers.backoff();
    await server.watch(1);
    expect(server.query(2)).toMatchObject({ resourceVersion: '6' });
  });

  test('a silent connection is given up after its time', async () => {
    const server = new FakeServer();
    server.lists = [podList('5', ['a'])];
    const { timers, noted } = follow(server);
    await server.watch(0);
    await noted(3);
    expect(await timers.guard()).toBe(330_000);
    await noted(4);
    await timers.backoff();
    await server.watch(1);
    expect(server.watches[0]!.destroyed).toBe(true);
  });

  test('a server that ends each watch at once is not asked in a loop', async () => {
    const server = new FakeServer();
    server.lists = [podList('5', ['a'])];
    const { timers, sink } = follow(server);
    (await server.watch(0)).push(null);
    expect(await timers.backoff()).toBe(800);
    expect(sink.notes.at(-1)).toBe('stale: the server ended the watch at once');
  });

  test('what the server refuses is failed, and tried again', async () => {
    const server = new FakeServer();
    server.lists = [failure(403, 'Forbidden'), failure(403, 'Forbidden'), podList('5', ['a'])];
    const { timers, sink, noted } = follow(server);
    for (let i = 0; i < 2; i++) {
      await timers.backoff();
    }
    await noted(4);
    expect(sink.notes).toEqual(['connecting', 'failed: Forbidden', '= Pod/a @5', 'synced']);
  });

  test('a continue token that expired: everything at once', async () => {
    const server = new FakeServer();
    server.lists = [podList('5', ['a'], { continue: 'x' }), failure(410, 'Expired'), podList('7', ['a', 'b'])];
    const { sink, noted } = follow(server);
    await noted(3);
    expect(sink.notes[1]).toBe('= Pod/a,Pod/b @7');
    expect(server.query(2)).toEqual({});
  });

  test('stopped, it says nothing more and lets go', async () => {
    const server = new FakeServer();
    server.lists = [podList('5', ['a']), podList('6', ['b'])];
    const { source, sink, timers } = follow(server);
    const watch = await server.watch(0);
    source.stop();
    await until(() => watch.destroyed);
    expect(sink.notes.at(-1)).toBe('stopped');
    await until(() => timers.pending.length === 0);
    const again = new NotingSink<KubeObject>((item) => item.metadata.name!);
    source.start(again);
    await until(() => again.notes.length === 3);
    expect(again.notes).toEqual(['connecting', '= b @6', 'synced']);
    expect(sink.notes.at(-1)).toBe('stopped');
  });
});

describe('a reflector of rows', () => {
  const row = (name: string, version: string) => ({
    cells: [name, 'Running'],
    object: { kind: 'PartialObjectMetadata', metadata: { name, resourceVersion: version } },
  });
  const table = (version: string, rows: unknown[], columns: string[]) => ({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: version },
    columnDefinitions: columns.map((name) => ({ name, type: 'string' })),
    rows,
  });

  async function followRows(lists: unknown[], events: string[]) {
    const server = new FakeServer();
    server.lists = lists;
    const sink = new NotingSink<TableRow>((item) => item.cells.join(' '));
    const source = tableReflector(server, pods, {}, { timers: new ManualTimers(), random: () => 0 });
    source.start(sink);
    running.push(source);
    const watch = await server.watch(0);
    for (const event of events) watch.push(event);
    await until(() => sink.notes.length >= 3 + events.length - 1);
    return { server, sink, watch };
  }

  test('asks for tables; columns come once, bookmarks move the version', async () => {
    const { server, sink, watch } = await followRows(
      [table('5', [row('a', '3')], ['Name', 'Status'])],
      [line('ADDED', table('', [row('b', '6')], [])), line('BOOKMARK', table('', [row('', '9')], []))],
    );
    expect(server.requests[0]!.accept).toMatch(/^application\/json;as=Table;v=v1;g=meta\.k8s\.io,/);
    expect(sink.notes).toEqual(['connecting', '= a Running @5', 'synced', '+ b Running']);
    expect(sink.columns).toEqual(['Name', 'Status']);
    watch.push(null);
    await server.watch(1);
    expect(server.query(2)).toMatchObject({ resourceVersion: '9' });
  });

  test('a server that prints no tables: name and age', async () => {
    const created = { name: 'a', creationTimestamp: new Date(1_000_000 - 90_000).toISOString() };
    const { sink } = await followRows(
      [{ kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '5' }, items: [{ metadata: created }] }],
      [line('ADDED', pod('b', '6')), line('BOOKMARK', pod('', '7'))],
    );
    expect(sink.notes.slice(1)).toEqual(['= a 90s @5', 'synced', '+ b <unknown>']);
    expect(sink.columns).toEqual(['Name', 'Age']);
  });
});

describe('lists', () => {
  test('an expired continue token advises --chunk-size=0', async () => {
    const server = new FakeServer();
    server.lists = [podList('5', ['a'], { continue: 'x' }), failure(410, 'Expired')];
    const pages = listPages(server, { path: '/api/v1/pods' });
    expect((await pages.next()).value).toMatchObject({ items: [{ metadata: { name: 'a' } }] });
    await expect(pages.next()).rejects.toMatchObject({
      prefix: 'Error from server (Expired): ',
      hint: expect.stringContaining('--chunk-size=0'),
    });
  });

  test('what could not be listed is named as kubectl names it', async () => {
    const server = new FakeServer();
    server.lists = [failure(404, 'NotFound'), failure(400, 'BadRequest'), failure(403, 'Forbidden')];
    const error = (query = {}) =>
      listPages(server, { path: '/x', query, resource: pods })
        .next()
        .then(String, (reason: Error) => reason.message);
    expect(await error()).toBe('Unable to list "/v1, Resource=pods": NotFound');
    expect(await error({ labelSelector: 'a=b' })).toBe(
      'Unable to find "/v1, Resource=pods" that match label selector "a=b", field selector "": BadRequest',
    );
    expect(await error()).toBe('Forbidden');
  });
});

test('watchLines ends with the server and hands errors on', async () => {
  const server = new FakeServer();
  const stream = watchLines(server, { path: '/x', query: { resourceVersion: '1' } });
  const first = stream.next();
  const body = await server.watch(0);
  body.push(`\n${line('ADDED', pod('a', '2'))}${line('ERROR', gone)}`);
  body.push(null);
  expect((await first).value).toMatchObject({ type: 'ADDED' });
  expect((await stream.next()).value).toMatchObject({ type: 'ERROR' });
  expect((await stream.next()).done).toBe(true);
  expect(server.query(0)).toEqual({ resourceVersion: '1', watch: '1' });
});

test('the back-off is up to twice as long by chance, but never over 30 s', () => {
  const backoff = new Backoff(() => 0.999);
  const waits = Array.from({ length: 7 }, () => Math.round(backoff.next() / 100));
  expect(waits).toEqual([16, 32, 64, 128, 256, 300, 300]);
});
