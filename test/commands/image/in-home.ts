import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../../../src/cli/main.ts';
import type { TerminalWritable } from '../../../src/lib/io.ts';
import { imageStorePath, openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';

interface Ran {
  stdout: string;
  bytes: Buffer;
  stderr: string;
  code: number;
}

/** A home folder with an image store, and command lines that are run in this process. */
export interface Home {
  readonly path: string;
  readonly store: ImageStore;
  /** Of its command lines. */
  readonly env: Record<string, string>;
  run(words: readonly string[], options?: { stdin?: Buffer | string; terminal?: boolean }): Promise<Ran>;
  dispose(): void;
}

class Collected extends Writable {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }
}

export function inHome(): Home {
  const path = mkdtempSync(join(tmpdir(), 'kctl-image-'));
  const env: Record<string, string> = { HOME: path, KCTL_HOME: join(path, 'kctl'), TERM: 'dumb', NO_COLOR: '1' };
  const store = openImageStore(imageStorePath(env));
  return {
    path,
    store,
    env,
    async run(words, { stdin = '', terminal } = {}) {
      const [stdout, stderr] = [new Collected(), new Collected()];
      const input = Object.assign(Readable.from([Buffer.from(stdin)]), terminal && { isTTY: true });
      const out = Object.assign(stdout, terminal && { isTTY: true, columns: 200, rows: 40 }) as TerminalWritable;
      const code = await main([...words], { stdin: input, stdout: out, stderr, cwd: path, env }, 'kctl');
      const bytes = Buffer.concat(stdout.chunks);
      return { stdout: bytes.toString(), bytes, stderr: Buffer.concat(stderr.chunks).toString(), code };
    },
    dispose() {
      store.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}
