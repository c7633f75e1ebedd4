import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OfflineSnapshots } from '../../../src/emulator/snapshots/offline.ts';
import { readVolumes } from '../../../src/emulator/snapshots/volumes.ts';
import { Store } from '../../../src/emulator/storage/store.ts';
import { seeded } from '../server/streams/random.ts';

const KILLS = 12;

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'kctl-snapshot-kill-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

/** A state in which everything says `letter`, and which has as many objects as nothing else. */
const SIZES: Readonly<Record<string, number>> = { a: 1500, b: 1100 };

async function prepare(): Promise<number> {
  const snapshots = new OfflineSnapshots(data, Date.now);
  const store = new Store(data);
  for (const letter of ['a', 'b']) {
    for (let at = 0; at < SIZES.a!; at++) {
      const metadata = { namespace: 'default', name: `c${at}`, uid: `u${at}` };
      const filling = letter.repeat(400);
      if (at < SIZES[letter]!)
        store.put('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { letter, filling } });
      else store.delete('configmaps', 'default', `c${at}`);
    }
    const copyTo = (file: string) => store.copyTo(file);
    const volumes = async () => new Map([['v.volume.gz', gzipSync(letter)]]);
    await snapshots.save(letter, { copyTo, volumes, wall: 0, clusterTime: 0, authority: 'x' });
  }
  mkdirSync(join(data, 'volumes'));
  writeFileSync(join(data, 'volumes', 'v.volume.gz'), gzipSync('b'));
  const { revision } = store;
  store.close();
  return revision;
}

/** The one letter that all of them say; anything else is a part of a state. */
function stateOf(objects: readonly { data: { letter: string; filling: string } }[]): string {
  const letters = new Set(objects.flatMap(({ data: { letter, filling } }) => [letter, filling[0]!]));
  expect([...letters]).toHaveLength(1);
  const [letter] = letters as Set<string>;
  expect(objects).toHaveLength(SIZES[letter!]!);
  return letter!;
}

test('killed while it saves and restores, a cluster holds one state or the other, and so does its snapshot', async () => {
  let newest = await prepare();
  const random = seeded(7);
  const met: Record<string, number> = {};
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./save-and-restore.mjs', import.meta.url)), data]);
    const dead = new Promise((resolve) => child.once('exit', resolve));
    let said = '';
    let isCounted = false;
    for await (const chunk of child.stdout) {
      said += chunk;
      if (isCounted) continue;
      isCounted = true;
      setTimeout(() => child.kill('SIGKILL'), random() * 120);
    }
    await dead;
    const last = said.trim().split('\n').at(-1)!;
    met[last] = (met[last] ?? 0) + 1;
    const store = new Store(data);
    const state = stateOf(store.list('configmaps') as never);
    expect(gunzipSync(readVolumes(store, data).get('v.volume.gz')!).toString()).toBe(state);
    // Versions go on rising, whatever happened.
    expect(store.revision).toBeGreaterThanOrEqual(newest);
    newest = store.revision;
    store.close();
    const snapshots = new OfflineSnapshots(data, Date.now);
    const listed = snapshots.list();
    for (const one of listed) expect(one).not.toHaveProperty('problem');
    for (const { name } of listed) {
      const { objects, volumes } = snapshots.read(name);
      const saved = stateOf([...objects.get('configmaps')!.values()].map(({ object }) => object) as never);
      volumes!((_, content) => expect(gunzipSync(content).toString()).toBe(saved));
    }
  }
  // It was killed in the middle of both.
  expect(met.restore).toBeGreaterThan(0);
  expect(met.save).toBeGreaterThan(0);
}, 120_000);
