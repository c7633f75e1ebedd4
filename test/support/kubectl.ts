import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { startEmulator } from '../../src/emulator/start.ts';
import { type Ran, realKubectl } from './program.ts';

/** A cluster in this process and a folder of its own for the clients that drive it. */
export interface Driven {
  /** The kubeconfig of the admin, as text. */
  kubeconfig: string;
  home: string;
  /** Runs the real kubectl to its end; an array element is an argument, a string is split at blanks. */
  k(command: string | readonly string[], input?: string, env?: Record<string, string>): Promise<Ran>;
  /** As `k`; throws when the command fails, gives what it printed. */
  ok(command: string | readonly string[], input?: string, env?: Record<string, string>): Promise<string>;
  /** As `k`; throws when the command does not fail, gives what it complained of. */
  fails(command: string | readonly string[], input?: string): Promise<string>;
  /** Runs the real kubectl and resolves once it has said `pattern` on standard error; `ended` gives what it printed. */
  until(command: string, pattern: RegExp): Promise<{ ended: Promise<string> }>;
  /** Writes a file of the folder and returns its path. */
  file(name: string, content: string): string;
  stop(): Promise<void>;
}

/** Tests of the real kubectl; where it is not there they are skipped with a word on why. */
export function withKubectl(title: string, tests: (kubectl: string) => void): void {
  const kubectl = realKubectl();
  if (!kubectl) console.warn(`skipped: ${title}, for the real kubectl is not on PATH (KUBECTL names another)`);
  describe.skipIf(!kubectl)(title, () => tests(kubectl ?? ''));
}

/** As `withKubectl`, with a cluster of their own, which is there when the tests run. */
export function drivenTests(title: string, tests: (cluster: Driven) => void): void {
  withKubectl(title, (kubectl) => {
    let started: Driven | undefined;
    const cluster = (): Driven => {
      if (!started) throw new Error('the cluster is there within tests and hooks only');
      return started;
    };
    beforeAll(async () => {
      started = await drivenBy(kubectl);
    });
    afterAll(() => started?.stop());
    tests({
      get kubeconfig() {
        return cluster().kubeconfig;
      },
      get home() {
        return cluster().home;
      },
      k: (...args) => cluster().k(...args),
      ok: (...args) => cluster().ok(...args),
      fails: (...args) => cluster().fails(...args),
      until: (...args) => cluster().until(...args),
      file: (...args) => cluster().file(...args),
      stop: () => cluster().stop(),
    });
  });
}

async function drivenBy(kubectl: string): Promise<Driven> {
  const emulator = await startEmulator({
    dataDir: ':memory:',
    port: 0,
    nodes: 2,
    seed: 'empty',
    name: 'test',
  });
  const home = mkdtempSync(join(tmpdir(), 'kctl-kubectl-'));
  const file = (name: string, content: string): string => {
    const path = join(home, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const base = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    KUBECONFIG: file('kubeconfig', emulator.adminKubeconfig),
    TMPDIR: home,
    TERM: 'dumb',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
  };
  const run = (
    command: string | readonly string[],
    input = '',
    env: Record<string, string> = {},
    hear: (complaint: string) => void = () => {},
  ): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const args = typeof command === 'string' ? command.split(' ') : command;
      const limits = { timeout: 60_000, maxBuffer: 1 << 26 };
      const child = execFile(
        kubectl,
        args,
        { env: { ...base, ...env }, cwd: home, ...limits },
        (error, stdout, stderr) => {
          if (error && typeof error.code !== 'number') reject(error);
          else resolve({ stdout, stderr, code: typeof error?.code === 'number' ? error.code : 0 });
        },
      );
      child.stderr?.on('data', hear);
      // A command that does not read its input may be gone before all of it is written.
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
  const k: Driven['k'] = (command, input, env) => run(command, input, env);
  const succeeded = (command: string | readonly string[], ran: Ran): string => {
    if (ran.code !== 0) throw new Error(`kubectl ${[command].flat().join(' ')}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  };
  return {
    kubeconfig: emulator.adminKubeconfig,
    home,
    k,
    ok: async (command, input, env) => succeeded(command, await k(command, input, env)),
    until: (command, pattern) =>
      new Promise((resolve, reject) => {
        let said = '';
        const ended = run(command, '', {}, (part) => {
          said += part;
          if (pattern.test(said)) resolve({ ended });
        }).then((ran) => succeeded(command, ran));
        ended.then(() => reject(new Error(`kubectl ${command} ended without ${pattern}: ${said}`)), reject);
      }),
    async fails(command, input) {
      const ran = await k(command, input);
      if (ran.code === 0) throw new Error(`kubectl ${[command].flat().join(' ')} should fail: ${ran.stdout}`);
      return ran.stderr;
    },
    file,
    async stop() {
      await emulator.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
