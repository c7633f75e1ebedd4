import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The launcher that users call; `npm test` builds the bundle behind it first. */
export const kctl = join(import.meta.dirname, '..', '..', 'bin', 'kctl');

export interface Ran {
  stdout: string;
  stderr: string;
  code: number | null;
}

/** A home folder of the test's own: no kubeconfig, no clusters, no colours. */
export interface Sandbox {
  home: string;
  env: Record<string, string>;
  /** Runs kctl to its end. */
  kctl(args: readonly string[], options?: { input?: string; env?: Record<string, string> }): Ran;
  /** Runs any program to its end in the same environment. */
  run(command: string, args: readonly string[], options?: { input?: string; env?: Record<string, string> }): Ran;
  /** Starts kctl without waiting. */
  spawn(args: readonly string[]): ReturnType<typeof spawn>;
  /** Stops the clusters that were started in it and removes the folder. */
  dispose(): void;
}

export function sandbox(extra: Record<string, string> = {}): Sandbox {
  const home = mkdtempSync(join(tmpdir(), 'kctl-test-'));
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    KCTL_HOME: join(home, 'kctl'),
    // Shared by all tests of a run, as it is shared by all calls of a user.
    XDG_CACHE_HOME: join(tmpdir(), 'kctl-test-cache'),
    TMPDIR: process.env.TMPDIR ?? tmpdir(),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    NO_COLOR: '1',
    TERM: 'dumb',
    ...extra,
  };
  const run: Sandbox['run'] = (command, args, options = {}) => {
    const ran = spawnSync(command, args, {
      env: { ...env, ...options.env },
      cwd: home,
      input: options.input ?? '',
      encoding: 'utf8',
      timeout: 60_000,
      maxBuffer: 1 << 26,
    });
    if (ran.error) throw ran.error;
    return { stdout: ran.stdout, stderr: ran.stderr, code: ran.status };
  };
  return {
    home,
    env,
    run,
    kctl: (args, options) => run(kctl, args, options),
    spawn: (args) => spawn(kctl, args, { env, cwd: home }),
    dispose() {
      const names = spawnSync(kctl, ['cluster', 'list'], { env, encoding: 'utf8' }).stdout;
      for (const line of names.split('\n').slice(1).filter(Boolean)) {
        spawnSync(kctl, ['cluster', 'stop', '--name', line.split(/\s/)[0] ?? ''], { env });
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A sandbox with a running cluster, and a kubeconfig for other clients in `KUBECONFIG`. */
export function sandboxWithCluster(flags: readonly string[] = []): Sandbox & { kubeconfig: string } {
  const box = sandbox();
  const started = box.kctl(['cluster', 'start', ...flags]);
  if (started.code !== 0) throw new Error(`cluster start: ${started.stderr}`);
  const kubeconfig = join(box.home, 'kubeconfig');
  writeFileSync(kubeconfig, box.kctl(['cluster', 'kubeconfig']).stdout, { mode: 0o600 });
  box.env.KUBECONFIG = kubeconfig;
  return { ...box, kubeconfig };
}

/**
 * The real kubectl, or undefined. A wrapper that picks among versions by the server's (as one cloud
 * vendor installs) is passed by in favour of the newest fixed one beside it, or of the minor version asked for.
 */
export function realKubectl(wanted?: number): string | undefined {
  if (process.env.KUBECTL) return process.env.KUBECTL;
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const found = join(dir, 'kubectl');
    if (!existsSync(found)) continue;
    const target = realpathSync(found);
    const fixed = (wanted === undefined ? [33, 32, 31, 30] : [wanted])
      .map((minor) => `${target}.1.${minor}`)
      .find((path) => existsSync(path));
    return fixed ?? target;
  }
  return undefined;
}

/** Calls `probe` until it returns something other than undefined or false. */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  what: string,
  patience = 45_000,
): Promise<NonNullable<T>> {
  const before = Date.now();
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<T>;
    if (Date.now() - before > patience) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
