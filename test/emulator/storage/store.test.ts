import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { Store } from '../../../src/emulator/storage/store.ts';

let dir: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'kctl-store-')), 'data');
});

afterEach(() => {
  rmSync(join(dir, '..'), { recursive: true, force: true });
});

const configMap = (name: string, data = 'x', namespace = 'default'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { k: data },
});

const names = (objects: readonly KubeObject[] | undefined) => objects?.map((object) => object.metadata.name);

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

  test('that the disk refuses change nothing and say why', () => {
    const store = new Store(dir);
    store.put('configmaps', configMap('a'));
    // A second connection that holds the write lock stands in for a disk that does not take the write.
    const other = new DatabaseSync(join(dir, 'cluster.db'));
    other.exec('BEGIN IMMEDIATE');
    expect(() => store.put('configmaps', configMap('b'))).toThrow(/could not be written: database is locked/);
    other.exec('ROLLBACK');
    other.close();
    expect(store.get('configmaps', 'default', 'b')).toBeUndefined();
    expect(store.put('configmaps', configMap('c')).metadata.resourceVersion).toBe('2');
    store.close();
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
