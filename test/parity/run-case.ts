import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../../src/api/meta.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { type TestCluster, testCluster } from '../emulator/server/cluster.ts';
import { kctl } from '../support/program.ts';
import type { ParityCase } from './case-file.ts';
import { normalise } from './normalise.ts';
import { type Ran, runHere, wordsOf } from './run-here.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
/** Compiled code is kept here for all cases, as it is for all command lines of a user. */
const COMPILED = join(tmpdir(), 'kctl-test-cache');
/** A command that hangs is part of what is compared: it then ends by a signal. */
const LINE_LIMIT_MS = 60_000;
/** Pods of fixtures start within a second or two; where one never does, the case is about that. */
const SETTLE_LIMIT_MS = 15_000;
const SETTLE_POLL_MS = 100;
/** Nothing changed in the namespace for so many looks. */
const SETTLED_LOOKS = 4;

/** So much faster than on the wall does time pass in the cluster: pulling images and stopping pods is not what counts here. */
const SPEED = 20;

/** The cluster that both tools are asked about. */
export async function parityCluster(): Promise<TestCluster> {
  const cluster = await testCluster({ nodes: 3, seed: 'demo', name: 'parity', log: () => {} });
  await cluster.call('POST', '/kctl/v1/clock/speed', { body: { speed: SPEED } });
  return cluster;
}

let serial = 0;

/**
 * Runs one case with `tool` in a fresh namespace and a fresh home.
 * @returns what a user saw: each line, what it printed on both streams and its exit code, normalised
 */
export async function runCase(
  { fixtures, lines }: ParityCase,
  tool: string,
  { emulator: cluster }: TestCluster,
): Promise<string> {
  const namespace = `parity-${process.pid}-${serial++}`;
  const home = mkdtempSync(join(tmpdir(), 'kctl-parity-'));
  const config = join(home, 'config');
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: home, KUBECONFIG: config, TMPDIR: tmpdir() },
    ...{ TERM: 'dumb', NO_COLOR: '1', LANG: 'C.UTF-8', TZ: 'UTC' },
    ...{ K: tool, F: FIXTURES, NS: namespace, XDG_CACHE_HOME: COMPILED },
  };
  const inNamespace = cluster.adminKubeconfig.replace(/^( +)(user: .*)$/m, `$1$2\n$1namespace: ${namespace}`);
  writeFileSync(config, inNamespace, { mode: 0o600 });
  await cluster.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  try {
    await furnished(cluster, namespace);
    if (fixtures.length > 0) {
      const files = fixtures.flatMap((name) => ['-f', join(FIXTURES, name)]);
      const { code, stderr } = await runHere(['apply', ...files], env, home);
      if (code !== 0) throw new Error(`fixtures ${fixtures.join(' ')}: ${stderr}`);
      await settled(cluster, namespace);
    }
    let transcript = '';
    const places = { [namespace]: 'NS', [home]: 'HOME', [FIXTURES]: 'FIXTURES' };
    for (const [at, line] of lines.entries()) {
      // Starting a process takes ten times as long as most commands do. The first line of each case starts one,
      // and each that needs a shell; of the others it is the words that count.
      const words = at > 0 && tool === kctl ? wordsOf(line, env) : undefined;
      const ran = words ? await limited(runHere(words, env, home)) : await run('bash', ['-c', line], env, home);
      const { stdout, stderr, code } = ran;
      const complaints = normalise(stderr, places);
      transcript += `$ ${line}\n${endLine(normalise(stdout, places))}`;
      if (complaints.trim() !== '') transcript += `[stderr]\n${endLine(complaints)}`;
      transcript += `[exit ${code}]\n`;
    }
    return transcript;
  } finally {
    await cluster.client.delete('namespaces', undefined, namespace);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Until the namespace has what every namespace gets. */
async function furnished({ lister }: Emulator, namespace: string): Promise<void> {
  const lacks = (resource: string) => lister.list(resource, namespace).length === 0;
  while (lacks('serviceaccounts') || lacks('configmaps')) await delay(10);
}

/** Reasons of waiting that pass by themselves. */
const PASSING = new Set(['ContainerCreating', 'PodInitializing', 'Pulling']);

/** True where the pod stays as it is unless somebody does something: it runs, has ended, or cannot go on. */
function isAtRest({ status }: KubeObject): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  const containers: { ready: boolean; state: { waiting?: { reason: string } } }[] = status?.containerStatuses ?? [];
  if (containers.length === 0) return status?.conditions?.[0]?.reason === 'Unschedulable';
  return containers.every(
    ({ ready, state }) => ready || (state.waiting !== undefined && !PASSING.has(state.waiting.reason)),
  );
}

/** Until pods are at rest and nothing has changed in the namespace for a while. */
async function settled({ lister }: Emulator, namespace: string): Promise<void> {
  const look = () => ['pods', 'deployments.apps', 'jobs.batch', 'events'].map((one) => lister.list(one, namespace));
  const begun = performance.now();
  let same = 0;
  for (let before = ''; same < SETTLED_LOOKS && performance.now() - begun < SETTLE_LIMIT_MS; ) {
    await delay(SETTLE_POLL_MS);
    const seen = look();
    const now = seen.flatMap((objects) => objects.map(({ metadata }) => metadata.resourceVersion)).join();
    same = now === before && seen[0]!.every(isAtRest) ? same + 1 : 0;
    before = now;
  }
}

/** The transcript's marks stand on lines of their own; that a text does not end in one is told. */
function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}[no newline]\n`;
}

/** A line that hangs is told as one that was ended. */
async function limited(running: Promise<Ran>): Promise<Ran> {
  const patience = new AbortController();
  const hangs = delay(LINE_LIMIT_MS, { stdout: '', stderr: '', code: 'SIGTERM' }, { signal: patience.signal });
  try {
    return await Promise.race([running, hangs]);
  } finally {
    patience.abort();
    hangs.catch(() => {});
  }
}

function run(command: string, args: readonly string[], env: Record<string, string>, cwd: string): Promise<Ran> {
  return new Promise((resolve) => {
    const limits = { timeout: LINE_LIMIT_MS, maxBuffer: 1 << 26 };
    const child = execFile(command, args, { env, cwd, ...limits }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, code: error ? (error.code ?? error.signal ?? 'unknown') : 0 });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end();
  });
}
