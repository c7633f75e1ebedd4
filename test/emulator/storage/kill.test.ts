import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { seeded } from '../server/streams/random.ts';

const KILLS = 100;
const WRITERS = 4;
const NAMES = 60;
const BASE = '/api/v1/namespaces/default/configmaps';

let dir: string;
let host: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kctl-kill-'));
  host = join(dir, 'host.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./kill-host.ts', import.meta.url))],
    outfile: host,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire as make } from 'node:module'; const require = make(import.meta.url);" },
    logLevel: 'error',
  });
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

function warmUp(): ChildProcess {
  const child = spawn(process.execPath, [host, join(dir, 'data')], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(dir, 'compiled') },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

interface Reached {
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Saved }>;
  /** Calls `see` for every event until the connection ends. */
  watch(path: string, see: (event: { type: string; object: Saved }) => void): Promise<void>;
  agent: Agent;
}

interface Saved {
  metadata: { name: string; resourceVersion: string };
  data: { count: string };
  items: Saved[];
}

async function start(child: ChildProcess): Promise<Reached> {
  child.stdin!.end('go\n');
  let text = '';
  for await (const chunk of child.stdout!) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  const { port, kubeconfig } = JSON.parse(text) as { port: number; kubeconfig: string };
  const { clusters, users } = parse(kubeconfig);
  const pem = (encoded: string) => Buffer.from(encoded, 'base64');
  const agent = new Agent({
    keepAlive: true,
    ca: pem(clusters[0].cluster['certificate-authority-data']),
    cert: pem(users[0].user['client-certificate-data']),
    key: pem(users[0].user['client-key-data']),
  });
  const call: Reached['call'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {};
      const sent = request({ host: '127.0.0.1', port, method, path, agent, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        // An answer that is not whole acknowledges nothing.
        answer.on('close', () => {
          if (!answer.complete) return reject(new Error('cut'));
          resolve({ status: answer.statusCode!, body: JSON.parse(Buffer.concat(parts).toString()) });
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  const watch: Reached['watch'] = (path, see) =>
    new Promise((resolve) => {
      const sent = request({ host: '127.0.0.1', port, path, agent }, (answer) => {
        let rest = '';
        answer.on('data', (part: Buffer) => {
          const lines = (rest + part).split('\n');
          rest = lines.pop()!;
          for (const line of lines) see(JSON.parse(line));
        });
        answer.on('error', () => {});
        answer.on('close', resolve);
      });
      sent.on('error', () => resolve());
      sent.end();
    });
  return { call, watch, agent };
}

/** What is known of one name: the count it was acknowledged with, or that it is gone; what was asked for since. */
interface Known {
  acknowledged: number | undefined;
  /** Asked for, and not answered when the process died: may have been done or not. */
  asked: (number | undefined)[];
}

test(`a cluster killed ${KILLS} times while clients write keeps every acknowledged write, and its version never goes back`, async () => {
  const random = seeded(2026);
  const known = new Map<string, Known>();
  let newest = 0;
  let count = 0;
  let acknowledged = 0;
  let shown = 0;

  /** Writes until the process is dead; every writer has names of its own. */
  async function write(cluster: Reached, writer: number, onAnswer: () => void): Promise<void> {
    for (;;) {
      const name = `w${writer}-${Math.floor(random() * NAMES)}`;
      const one = known.get(name) ?? { acknowledged: undefined, asked: [] };
      known.set(name, one);
      const isThere = one.acknowledged !== undefined;
      const remove = isThere && random() < 0.2;
      const wanted = remove ? undefined : ++count;
      one.asked.push(wanted);
      const body = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        data: { count: String(wanted), filling: 'x'.repeat(Math.floor(random() * 3000)) },
      };
      const answer = remove
        ? await cluster.call('DELETE', `${BASE}/${name}`)
        : isThere
          ? await cluster.call('PUT', `${BASE}/${name}`, body)
          : await cluster.call('POST', BASE, body);
      expect([answer.status, name]).toEqual([isThere ? 200 : 201, name]);
      one.acknowledged = wanted;
      one.asked = [];
      acknowledged++;
      if (!remove) {
        const version = Number(answer.body.metadata.resourceVersion);
        newest = Math.max(newest, version);
      }
      onAnswer();
    }
  }

  /** What a watch has shown is as good as acknowledged. */
  function see({ type, object }: { type: string; object: Saved }): void {
    shown++;
    newest = Math.max(newest, Number(object.metadata.resourceVersion));
    const one = known.get(object.metadata.name);
    const value = type === 'DELETED' ? undefined : Number(object.data.count);
    if (!one?.asked.includes(value)) return;
    one.acknowledged = value;
    one.asked = [];
  }

  /** Everything that was acknowledged is there; what was only asked for is done wholly or not at all. */
  async function check(cluster: Reached): Promise<void> {
    const { body } = await cluster.call('GET', BASE);
    const version = Number(body.metadata.resourceVersion);
    expect(version).toBeGreaterThanOrEqual(newest);
    newest = version;
    const there = new Map(body.items.map((item) => [item.metadata.name, Number(item.data.count)]));
    for (const [name, one] of known) {
      const now = there.get(name);
      expect([name, [one.acknowledged, ...one.asked]]).toEqual([name, expect.arrayContaining([now])]);
      one.acknowledged = now;
      one.asked = [];
    }
  }

  let next = warmUp();
  for (let kill = 0; kill < KILLS; kill++) {
    const child = next;
    next = warmUp();
    const cluster = await start(child);
    await check(cluster);
    const watched = cluster.watch(`${BASE}?watch=1&resourceVersion=${newest}`, see);
    let left = 1 + Math.floor(random() * 60);
    const dead = new Promise((resolve) => child.once('exit', resolve));
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      write(cluster, writer, () => {
        if (left-- === 0) child.kill('SIGKILL');
      }),
    );
    const ends = await Promise.allSettled(writers);
    await dead;
    await watched;
    for (const end of ends) {
      const { reason } = end as PromiseRejectedResult;
      // Only the death of the process may end a writer.
      expect(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', undefined]).toContain(reason.code);
      if (reason.code === undefined) expect(reason.message).toMatch(/^cut$|socket hang up/);
    }
    cluster.agent.destroy();
  }
  expect(acknowledged).toBeGreaterThan(KILLS * 10);
  expect(shown).toBeGreaterThan(KILLS);
  const last = await start(next);
  await check(last);
  last.agent.destroy();
  next.kill('SIGKILL');
}, 300_000);
