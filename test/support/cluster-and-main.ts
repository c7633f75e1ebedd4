import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import type { TerminalWritable } from '../../src/lib/io.ts';

interface RunOptions {
  /** What is typed or piped in. */
  stdin?: string;
  /** All three streams are terminals. */
  terminal?: boolean;
  env?: Record<string, string>;
  tool?: string;
}

export interface ClusterAndMain {
  /** A folder of the user's own: `$HOME` and `$KCTL_HOME`. */
  readonly home: string;
  /** Runs a command line in this process; a string is split at blanks. */
  run(
    line: string | readonly string[],
    options?: RunOptions,
  ): Promise<{ stdout: string; stderr: string; code: number }>;
  /** As `run`, with the journal on; throws where the command fails, gives what it printed. */
  ok(line: string | readonly string[], options?: RunOptions): Promise<string>;
  /** Applies a manifest behind the journal's back. */
  given(manifest: object): Promise<void>;
}

/** A bundled cluster in this process, and commands that are run against it, for the tests of a file. */
export function clusterAndMain(): ClusterAndMain {
  let home = '';
  let stop: () => Promise<void> = async () => {};
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'kctl-changes-'));
    const emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 2, seed: 'empty', name: 'test' });
    writeFileSync(join(home, 'kubeconfig'), emulator.adminKubeconfig, { mode: 0o600 });
    stop = () => emulator.stop();
  });
  afterAll(async () => {
    await stop();
    rmSync(home, { recursive: true, force: true });
  });
  const run: ClusterAndMain['run'] = async (line, { stdin = '', terminal, env, tool = 'kctl' } = {}) => {
    const [stdout, stderr] = [new Collector(), new Collector()];
    const input = Object.assign(Readable.from([stdin]), terminal && { isTTY: true });
    if (terminal) for (const stream of [stdout, stderr]) stream.isTTY = true;
    const base = { HOME: home, KCTL_HOME: home, KUBECONFIG: join(home, 'kubeconfig'), TERM: 'dumb', NO_COLOR: '1' };
    const io = { stdin: input, stdout: stdout as TerminalWritable, stderr, cwd: home, env: { ...base, ...env } };
    const code = await main(typeof line === 'string' ? line.split(' ') : [...line], io, tool);
    return { stdout: stdout.text, stderr: stderr.text, code };
  };
  const ok: ClusterAndMain['ok'] = async (line, options = {}) => {
    const ran = await run(line, { ...options, env: { KCTL_JOURNAL: '1', ...options.env } });
    if (ran.code !== 0) throw new Error(`${[line].flat().join(' ')}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  };
  return {
    get home() {
      return home;
    },
    run,
    ok,
    async given(manifest) {
      const { code, stderr } = await run('create -f -', { stdin: JSON.stringify(manifest) });
      if (code !== 0) throw new Error(stderr);
    },
  };
}

class Collector extends Writable {
  text = '';
  isTTY?: true;
  columns = 80;
  rows = 24;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
