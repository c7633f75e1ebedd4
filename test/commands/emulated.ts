import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import type { TerminalWritable } from '../../src/lib/io.ts';

interface Ran {
  stdout: string;
  stderr: string;
  code: number;
}

interface RunOptions {
  /** Both outputs are terminals. */
  terminal?: boolean;
  tool?: string;
  env?: Record<string, string>;
}

/** A bundled cluster in this process, and command lines against it. */
export interface Emulated {
  emulator: Emulator;
  folder: string;
  run(line: readonly string[], options?: RunOptions): Promise<Ran>;
  stop(): Promise<void>;
}

class Collector extends Writable {
  text = '';
  isTTY?: true;
  columns = 100;
  rows = 30;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export async function emulated(options: Partial<EmulatorOptions> = {}): Promise<Emulated> {
  const folder = mkdtempSync(join(tmpdir(), 'kctl-commands-'));
  const emulator = await startEmulator({
    ...{ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty' as const, name: 'test' },
    ...options,
  });
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, emulator.adminKubeconfig, { mode: 0o600 });
  return {
    emulator,
    folder,
    async run(line, { terminal = false, tool = 'kctl', env = {} } = {}) {
      const [stdout, stderr] = [new Collector(), new Collector()];
      if (terminal) for (const stream of [stdout, stderr]) stream.isTTY = true;
      const io = {
        stdin: Readable.from([]),
        stdout: stdout as TerminalWritable,
        stderr: stderr as TerminalWritable,
        env: { HOME: folder, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(folder, 'cache'), KCTL_HOME: folder, ...env },
        cwd: folder,
      };
      const code = await main([...line], io, tool);
      return { stdout: stdout.text, stderr: stderr.text, code };
    },
    async stop() {
      await emulator.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
