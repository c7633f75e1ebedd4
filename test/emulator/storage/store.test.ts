import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { encoded } from '../../../src/emulator/storage/encoded.ts';
import { Store } from '../../../src/emulator/storage/store.ts';

let dir: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'kctl-store-')), 'data');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(join(dir, '..'), { recursive: true, force: true });
});

const configMap = (name: string, data = 'x', namespace = 'default'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { k: data },
});

const names = (objects: readonly KubeObject[] | undefined) => objects?.map((object) => object.metadata.name);

test('the bytes that are kept of an object hold on to no more memory than they need', () => {
  const store = new Store(':memory:');
  const object = store.put('configmaps', configMap('a', '한국어'));
  store.flush();
  expect(encoded(object)).toBe(encoded(object));
  store.put('configmaps', configMap('b'));
  store.flush();
  const bytes = encoded(object);
  expect(JSON.parse(bytes.toString())).toEqual(object);
  expect([encoded(object) === bytes, bytes.buffer.byteLength]).toEqual([true, bytes.length]);
});

describe('writes', () => {
  test('are numbered by one counter over all resources, deletes included', () => {
    const store = new Store(':memory:');
    const first = store.put('configmaps', configMap('a'));
    const second = store.put('secrets', configMap('b'));
    const gone = store.delete('configmaps', 'default', 'a');
    expect([first, second, gone].map((object) => object?.metadata.resourceVersion)).toEqual(['1', '2', '3']);
    expect(store.delete('configmaps', 'default', 'a')).toBeUndefined();
    expect(store.revision).toBe(3);
  });

  test('survive a restart with their revisions, and the counter goes on where it was', () => {
    const store = new Store(dir);
    store.put('configmaps', configMap('a', '한국어'));
    store.put('configmaps', configMap('b'));
    store.delete('configmaps', 'default', 'b');
    store.close();
    const again = new Store(dir);
    expect(again.get('configmaps', 'default', 'a')).toEqual({
      ...configMap('a', '한국어'),
      metadata: { name: 'a', namespace: 'default', resourceVersion: '1' },
    });
    expect(again.get('configmaps', 'default', 'b')).toBeUndefined();
    expect(again.put('configmaps', configMap('c')).metadata.resourceVersion).toBe('4');
    again.close();
  });

  test('survive the death of the process once they are acknowledged', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./write-and-wait.mjs', import.meta.url)), dir]);
    const acknowledged = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (data: Buffer) => {
        text += data;
        if (text.includes('\n')) resolve(text.trim());
      });
      child.on('exit', () => reject(new Error('the writer ended too early')));
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
    await ended;
    const store = new Store(dir);
    expect(store.list('configmaps')).toHaveLength(50);
    expect(store.revision).toBe(Number(acknowledged));
    store.close();
  });

  test('of a batch are kept together, and are undone together on disk', async () => {
    const store = new Store(dir);
    await store.batch(async () => {
      store.put('configmaps', configMap('a'));
      await Promise.resolve();
      store.put('configmaps', configMap('b'));
    });
    await expect(
      store.batch(() => {
        store.put('configmaps', configMap('c'));
        throw new Error('seed is wrong');
      }),
    ).rejects.toThrow('seed is wrong');
    store.close();
    const again = new Store(dir);
    expect(names(again.list('configmaps'))).toEqual(['a', 'b']);
    again.close();
  });

  test('of one turn are one transaction, and those who wait hear when it is done', async () => {
    const store = new Store(dir);
    const followed: string[] = [];
    store.follow('*', ({ revision }) => followed.push(String(revision)));
    store.put('configmaps', configMap('a'));
    store.put('configmaps', configMap('a', 'newer'));
    const run = vi.spyOn(StatementSync.prototype, 'run');
    expect([followed, store.revision, store.durableRevision]).toEqual([[], 2, 0]);
    await store.settled();
    // Begin, one row for the two writes, commit.
    expect([run.mock.calls.length, followed, store.durableRevision]).toEqual([3, ['1', '2'], 2]);
    expect(store.settled()).toBeUndefined();
    // Nobody waits: they are kept all the same, a moment later.
    store.delete('configmaps', 'default', 'a');
    await vi.waitFor(() => expect(followed).toEqual(['1', '2', '3']), 30_000);
    // Begin, the row, the counter, commit.
    expect(run).toHaveBeenCalledTimes(7);
    store.close();
    const again = new Store(dir);
    expect([again.revision, again.isEmpty]).toEqual([3, true]);
    again.close();
  });
});

describe('writes that the disk refuses', () => {
  let store: Store;
  let isFull = false;
  const seen: string[] = [];
  const followed: string[] = [];

  beforeEach(() => {
    const { run } = StatementSync.prototype;
    vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function (this: StatementSync, ...values) {
      if (isFull && values.length === 0) throw new Error('database or disk is full');
      return run.apply(this, values);
    });
    store = new Store(dir);
    store.put('configmaps', configMap('a'));
    store.put('configmaps', configMap('gone'));
    store.flush();
    isFull = true;
    seen.length = 0;
    followed.length = 0;
    store.subscribe('*', ({ type, object }) => seen.push(`${type} ${object.metadata.name} ${object.data.k}`));
    store.follow('*', ({ revision }) => followed.push(String(revision)));
    store.put('configmaps', configMap('a', 'new'));
    store.put('configmaps', configMap('b'));
    store.put('configmaps', configMap('b', 'newer'));
    store.put('configmaps', configMap('brief'));
    store.delete('configmaps', 'default', 'brief');
    store.delete('configmaps', 'default', 'gone');
    seen.length = 0;
  });
  afterEach(() => {
    isFull = false;
    store.close();
    vi.restoreAllMocks();
  });

  test('are undone in memory, and those inside who saw them are told', async () => {
    await store.settled();
    expect(store.failures).toBe(1);
    expect(String(store.lastFailure)).toMatch(/could not be written: database or disk is full/);
    expect(store.list('configmaps').map((one) => `${one.metadata.name} ${one.data.k}`)).toEqual(['a x', 'gone x']);
    expect(seen).toEqual(['MODIFIED a x', 'DELETED b newer', 'ADDED gone x']);
    expect(followed).toEqual([]);
    expect([store.revision, store.durableRevision]).toEqual([2, 2]);
    expect(store.listAt(2, 'configmaps')).toHaveLength(2);
  });

  test('leave later ones to be refused at once, until the disk takes one again, under a number of its own', () => {
    expect(() => store.flush()).toThrow(/disk is full/);
    expect(() => store.put('configmaps', configMap('c'))).toThrow(/disk is full/);
    expect(() => store.delete('configmaps', 'default', 'a')).toThrow(/disk is full/);
    expect(names(store.list('configmaps'))).toEqual(['a', 'gone']);
    expect(store.revision).toBe(2);
    isFull = false;
    seen.length = 0;
    // Six were refused in a group and two at once: nobody who kept one of their numbers may take this for it.
    expect(store.put('configmaps', configMap('d')).metadata.resourceVersion).toBe('11');
    expect([seen, followed, store.durableRevision]).toEqual([['ADDED d x'], ['11'], 11]);
    store.put('configmaps', configMap('e'));
    expect(followed).toEqual(['11']);
    store.close();
    const again = new Store(dir);
    expect(names(again.list('configmaps'))).toEqual(['a', 'd', 'e', 'gone']);
    expect(again.revision).toBe(12);
    again.close();
  });
});

test('of an object there is one row, whatever was written together', () => {
  const store = new Store(dir);
  for (const [name, data] of [
    ['twice', '1'],
    ['twice', '2'],
    ['short', '1'],
    ['again', '1'],
    ['left', '1'],
  ] as const) {
    store.put('configmaps', configMap(name, data));
  }
  store.delete('configmaps', 'default', 'short');
  store.flush();
  store.put('configmaps', configMap('twice', '3'));
  store.put('configmaps', configMap('left', '2'));
  store.delete('configmaps', 'default', 'left');
  store.delete('configmaps', 'default', 'again');
  store.put('configmaps', configMap('again', '2'));
  store.put('configmaps', configMap('twice', '4'));
  store.close();
  const database = new DatabaseSync(join(dir, 'cluster.db'));
  const rows = database.prepare('SELECT key, revision FROM objects ORDER BY revision').all();
  expect(rows).toEqual([
    { key: 'default/again', revision: 11 },
    { key: 'default/twice', revision: 12 },
  ]);
  database.close();
  const again = new Store(dir);
  expect(again.list('configmaps').map(({ data }) => data.k)).toEqual(['2', '4']);
  expect(again.revision).toBe(12);
  again.close();
});

describe('databases of other versions', () => {
  test('the first one is brought up to date with all it holds', () => {
    new Store(dir).close();
    const database = new DatabaseSync(join(dir, 'cluster.db'));
    const { metadata, ...rest } = configMap('old', '한국어');
    const body = JSON.stringify({ ...rest, metadata: { ...metadata, resourceVersion: '7' } });
    database.exec(`
      DROP TABLE objects;
      CREATE TABLE objects (resource TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (resource, key)) WITHOUT ROWID;
      UPDATE counters SET value = 9;
      PRAGMA user_version = 1;
    `);
    database.prepare('INSERT INTO objects VALUES (?, ?, ?, ?)').run('configmaps', 'default/old', 7, body);
    database.close();
    const store = new Store(dir);
    expect(store.get('configmaps', 'default', 'old')).toEqual(JSON.parse(body));
    expect(store.revision).toBe(9);
    store.put('configmaps', configMap('new'));
    store.close();
    const after = new DatabaseSync(join(dir, 'cluster.db'));
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    const types = after.prepare('SELECT typeof(body) AS type, revision FROM objects ORDER BY key').all();
    expect(types).toEqual([
      { type: 'blob', revision: 10 },
      { type: 'blob', revision: 7 },
    ]);
    after.close();
  });
});

describe('a database that cannot be used', () => {
  test('is closed to others and left as it is', () => {
    new Store(dir).close();
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    writeFileSync(join(dir, 'cluster.db'), 'not a database, but somebody may still want it');
    expect(() => new Store(dir)).toThrow(/cannot be read/);
    expect(statSync(join(dir, 'cluster.db')).size).toBe(46);
  });

  test('is left to the process that uses it', () => {
    const store = new Store(dir);
    expect(() => new Store(dir)).toThrow(/cluster.db is in use by another process/);
    store.close();
    new Store(dir).close();
  });

  test('is recognised when a newer kctl wrote it', () => {
    new Store(dir).close();
    const database = new DatabaseSync(join(dir, 'cluster.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => new Store(dir)).toThrow(/written by a newer version of kctl/);
  });
});

describe('reading', () => {
  test('lists in key order, by namespace and by controller', () => {
    const store = new Store(':memory:');
    for (const [name, namespace] of [
      ['b', 'x'],
      ['a', 'x-1'],
      ['a', 'x'],
      ['c', 'w'],
    ] as const) {
      store.put('configmaps', configMap(name, 'v', namespace));
    }
    const owned = configMap('d', 'v', 'x');
    owned.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'X', name: 'o', uid: 'u1', controller: true }];
    store.put('configmaps', owned);
    expect(store.list('configmaps').map((one) => `${one.metadata.namespace}/${one.metadata.name}`)).toEqual([
      'w/c',
      'x-1/a',
      'x/a',
      'x/b',
      'x/d',
    ]);
    expect(names(store.list('configmaps', 'x'))).toEqual(['a', 'b', 'd']);
    expect(names(store.controlledBy('configmaps', 'u1'))).toEqual(['d']);
    store.put('configmaps', configMap('d', 'v', 'x'));
    expect(store.controlledBy('configmaps', 'u1')).toEqual([]);
  });

  test('goes back to an earlier revision as long as it is remembered', () => {
    const store = new Store(':memory:');
    store.put('configmaps', configMap('a', 'old'));
    store.put('configmaps', configMap('b'));
    const then = store.revision;
    store.put('configmaps', configMap('a', 'new'));
    store.delete('configmaps', 'default', 'b');
    store.put('configmaps', configMap('c'));
    expect(store.listAt(then, 'configmaps')?.map((one) => [one.metadata.name, one.data.k])).toEqual([
      ['a', 'old'],
      ['b', 'x'],
    ]);
    expect(names(store.list('configmaps'))).toEqual(['a', 'c']);
    for (let count = 0; count < 11_000; count++) store.put('configmaps', configMap('a', String(count)));
    store.flush();
    expect(store.listAt(then, 'configmaps')).toBeUndefined();
    expect(store.since(then)).toBeUndefined();
    expect(store.since(store.revision)).toEqual([]);
  });

  test('tells everybody of all changes in the order of their revisions, writes of handlers included', () => {
    const store = new Store(':memory:');
    const seen: string[] = [];
    store.subscribe('configmaps', ({ type, object }) => {
      if (type === 'ADDED' && object.metadata.name === 'a') store.put('configmaps', configMap('b'));
    });
    const stop = store.subscribe('*', ({ type, revision, object }) => {
      seen.push(`${revision} ${type} ${object.metadata.name}`);
    });
    store.put('configmaps', configMap('a'));
    stop();
    store.put('configmaps', configMap('c'));
    expect(seen).toEqual(['1 ADDED a', '2 ADDED b']);
  });
});
