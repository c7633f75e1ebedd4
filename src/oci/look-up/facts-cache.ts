import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dataHome } from '../../lib/data-home.ts';
import { replaceFile } from '../../lib/replace-file.ts';

/** Larger ones are asked for each time. */
const MOST_ENTRY_BYTES = 256 << 10;
const MOST_CACHE_BYTES = 16 << 20;

/**
 * What was learnt of images from registries, on disk: what a digest stands for is the same for ever. It may be deleted at
 * any time. A file for each, which only its owner may read; when they are too many, the oldest half goes.
 */
export class FactsCache {
  readonly #folder: string;
  readonly #mostBytes: number;
  #isPruned = false;

  constructor(folder: string, mostBytes: number = MOST_CACHE_BYTES) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /** Undefined where it is not there, or is nothing that `put` has written. */
  get(key: string): object | undefined {
    try {
      const { key: own, value } = JSON.parse(readFileSync(this.#path(key), 'utf8')) as {
        key?: unknown;
        value?: unknown;
      };
      return own === key && typeof value === 'object' && value !== null ? value : undefined;
    } catch {
      return undefined;
    }
  }

  /** A disk that takes nothing is no reason to fail. */
  put(key: string, value: object): void {
    const text = JSON.stringify({ key, value });
    if (text.length > MOST_ENTRY_BYTES) return;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      if (!this.#isPruned) this.#prune();
      this.#isPruned = true;
      replaceFile(this.#path(key), text, { lasting: false });
    } catch {}
  }

  #path(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(key).digest('hex').slice(0, 40)}.json`);
  }

  /** Once in a process: what it adds by itself is little. */
  #prune(): void {
    const files = readdirSync(this.#folder).flatMap((name) => {
      const path = join(this.#folder, name);
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats ? [{ path, bytes: stats.size, at: stats.mtimeMs }] : [];
    });
    let bytes = files.reduce((sum, one) => sum + one.bytes, 0);
    if (bytes <= this.#mostBytes) return;
    for (const one of files.sort((a, b) => a.at - b.at)) {
      if (bytes <= this.#mostBytes / 2) return;
      rmSync(one.path, { force: true });
      bytes -= one.bytes;
    }
  }
}

/** That of the user; undefined where nobody says who that is. */
export function userFactsCache(env: Record<string, string | undefined>): FactsCache | undefined {
  const { KCTL_HOME, XDG_DATA_HOME, HOME, LOCALAPPDATA } = env;
  if (!(KCTL_HOME || XDG_DATA_HOME || HOME || LOCALAPPDATA)) return undefined;
  return new FactsCache(join(dataHome(env), 'cache', 'image-facts'));
}
