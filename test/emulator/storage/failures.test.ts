import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Store } from '../../../src/emulator/storage/store.ts';
import { configMap, type TestCluster, testCluster } from '../server/cluster.ts';

let dir: string;
let data: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kctl-failures-'));
  data = join(dir, 'data');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a process killed while it writes', () => {
  for (const lines of [3, 300, 1200]) {
    test(`keeps what it acknowledged (killed after ${lines} writes)`, async () => {
      const child = spawn(process.execPath, [fileURLToPath(new URL('./write-forever.mjs', import.meta.url)), data]);
      let said = '';
      for await (const chunk of child.stdout) {
        said += chunk;
        // What was in the pipe when it died is read to the end: the loop ends with the stream.
        if (said.split('\n').length > lines && !child.killed) child.kill('SIGKILL');
      }
      const [revision, count] = said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1)!.split(' ').map(Number);
      const store = new Store(data);
      expect(store.revision).toBeGreaterThanOrEqual(revision!);
      // Every name that the last rounds wrote is there, unless the round deleted it again.
      for (let at = Math.max(0, count! - 400); at <= count!; at++) {
        const kept = store.get('configmaps', 'default', `c${at % 500}`);
        if (at % 7 !== 0) expect(Number(kept?.data.count)).toBeGreaterThanOrEqual(at);
        else if (Number(kept?.data.count ?? 0) <= at) expect(kept).toBeUndefined();
      }
      store.close();
    });
  }
});

describe('a damaged database', () => {
  /** What is done to the file of a good cluster, and what the message says of it. */
  const damages: Readonly<Record<string, [(file: string) => void, RegExp]>> = {
    'that is something else': [(file) => writeFileSync(file, 'not a database\n'.repeat(500)), /not a database/],
    'that ends too early': [(file) => truncateSync(file, 5000), /malformed/],
    'with nonsense in its middle': [
      (file) => {
        const bytes = readFileSync(file);
        bytes.fill(0xa5, 4096);
        writeFileSync(file, bytes);
      },
      /malformed/,
    ],
    'with an object that is no JSON': [
      (file) => {
        const database = new DatabaseSync(file);
        database.exec("UPDATE objects SET body = '{' WHERE key = 'default/c3'");
        database.close();
      },
      /JSON/,
    ],
    'without its counter': [
      (file) => {
        const database = new DatabaseSync(file);
        database.exec('DELETE FROM counters');
        database.close();
      },
      /the revision counter is missing/,
    ],
    'without its tables': [
      (file) => {
        const database = new DatabaseSync(file);
        database.exec('DROP TABLE objects');
        database.close();
      },
      /no such table/,
    ],
  };
  for (const [name, [damage, why]] of Object.entries(damages)) {
    test(`${name} is refused in one line, and left as it is`, async () => {
      const store = new Store(data);
      for (let count = 0; count < 200; count++) {
        store.put('configmaps', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `c${count}`, namespace: 'default' },
          data: { k: 'x'.repeat(500) },
        });
      }
      store.close();
      const file = join(data, 'cluster.db');
      damage(file);
      const before = readFileSync(file);
      const refused = await testCluster({ dataDir: data }).catch((error) => error);
      expect(refused).toMatchObject({
        code: 'input',
        message: expect.stringMatching(why),
        hint: 'nothing was deleted: restore the file, or delete the cluster to begin anew',
      });
      expect(refused.message).toContain(`the cluster's database ${file} cannot be read: `);
      expect(refused.message).not.toContain('\n');
      expect(readFileSync(file).equals(before)).toBe(true);
    });
  }
});

const MOUNT = '/bin/mount';
const UMOUNT = '/bin/umount';

/** Makes a small file system at `data`; false where that is not allowed. */
function mountSmallDisk(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  mkdirSync(data);
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=8m', 'kctl-test', data], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('a full disk refuses writes and nothing else, and takes them again when there is space', async ({ skip }) => {
  if (!mountSmallDisk()) skip('needs the right to mount a small file system');
  let cluster: TestCluster | undefined;
  const reports: string[] = [];
  try {
    cluster = await testCluster({ dataDir: data, log: (text) => reports.push(text) });
    const path = '/api/v1/namespaces/default/configmaps';
    const put = (name: string) =>
      cluster!.call('POST', path, { body: configMap(name, { data: { k: 'x'.repeat(200_000) } }) });
    const shown: string[] = [];
    const version = async () => Number((await cluster!.call('GET', path)).body.metadata.resourceVersion);
    const watch = cluster.lines(`${path}?watch=1&resourceVersion=${await version()}`);
    const watching = (async () => {
      for await (const { type, object } of watch) shown.push(`${type} ${object.metadata.name}`);
    })();
    let kept = 0;
    let refused = await put('full-0');
    while (refused.status === 201 && kept < 100) refused = await put(`full-${++kept}`);
    expect(refused.body).toMatchObject({
      kind: 'Status',
      code: 500,
      reason: 'InternalError',
      message: "Internal error occurred: the cluster's database could not be written: database or disk is full",
    });
    expect(reports.filter((entry) => entry.includes(`POST ${path}: `))).toHaveLength(1);

    const names = async () =>
      (await cluster!.call('GET', path)).body.items.map((one: never) => one['metadata']['name']);
    const there = Array.from({ length: kept }, (_, at) => `full-${at}`);
    expect(await names()).toEqual(expect.arrayContaining(there));
    expect(await names()).not.toContain(`full-${kept}`);
    expect((await cluster.call('GET', '/readyz')).status).toBe(200);

    // Many at once are refused as one is; nobody sees any of them, and the version does not go back.
    const before = await version();
    const many = await Promise.all(Array.from({ length: 12 }, (_, at) => put(`many-${at}`)));
    expect(many.map((answer) => answer.body.message)).toEqual(many.map(() => refused.body.message));
    expect((await names()).filter((name: string) => name.startsWith('many-'))).toEqual([]);
    expect(await version()).toBeGreaterThanOrEqual(before);
    await vi.waitFor(() => expect(shown).toEqual(there.map((name) => `ADDED ${name}`)), 30_000);

    execFileSync(MOUNT, ['-o', 'remount,size=64m', data]);
    expect((await put(`full-${kept}`)).status).toBe(201);
    expect((await cluster.call('DELETE', `${path}/full-0`)).status).toBe(200);
    const last = await version();
    expect(last).toBeGreaterThan(before);
    await cluster.stop();
    await watching;
    expect(shown.slice(kept)).toEqual([`ADDED full-${kept}`, 'DELETED full-0']);
    cluster = await testCluster({ dataDir: data });
    expect(await version()).toBeGreaterThanOrEqual(last);
    expect(await names()).toEqual(expect.arrayContaining([...there.slice(1), `full-${kept}`]));
    expect(await names()).not.toContain('full-0');
  } finally {
    await cluster?.stop();
    if (existsSync(data)) execFileSync(UMOUNT, ['-l', data]);
  }
});
