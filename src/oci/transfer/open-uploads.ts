import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../lib/replace-file.ts';
import { isGone, processMark } from '../store/process-mark.ts';

/** As long as unfinished downloads are kept (ms); registries forget sooner or later by their own clocks. */
const KEEP_MS = 24 * 3_600_000;

interface Noted {
  location: string;
  /** Of the process that sends it. */
  mark: string;
}

/**
 * Where uploads go on that a push was killed in: a file for each below `uploads` of the image store. Locations let
 * those who know them write to the upload, so that only the user may read them.
 */
export class OpenUploads {
  readonly #folder: string;
  readonly #now: () => number;

  constructor(storePath: string, now: () => number = Date.now) {
    this.#folder = join(storePath, 'uploads');
    this.#now = now;
  }

  /** Where an earlier process was sending a blob to; from now on it is this one's. undefined while that still lives. */
  take(repository: string, digest: string): URL | undefined {
    const path = this.#path(repository, digest);
    const found = read(path);
    if (!found || !URL.canParse(found.location)) return undefined;
    if (found.mark !== processMark() && !isGone(found.mark)) return undefined;
    this.note(repository, digest, new URL(found.location));
    return new URL(found.location);
  }

  /** It goes on there. What cannot be written down is only not gone on with after a kill. */
  note(repository: string, digest: string, location: URL): void {
    const path = this.#path(repository, digest);
    const before = read(path);
    // Another process sends the same; the first one's is kept.
    if (before && before.mark !== processMark() && !isGone(before.mark)) return;
    const noted: Noted = { location: location.href, mark: processMark() };
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      replaceFile(path, JSON.stringify(noted), { lasting: false });
    } catch {}
  }

  /** It has ended, well or not. */
  forget(repository: string, digest: string): void {
    const path = this.#path(repository, digest);
    if (read(path)?.mark === processMark()) rmSync(path, { force: true });
  }

  /** Removes what nobody goes on with any more. */
  sweep(): void {
    for (const name of namesIn(this.#folder)) {
      const path = join(this.#folder, name);
      const changedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (changedAt < this.#now() - KEEP_MS) rmSync(path, { force: true });
    }
  }

  /** @param repository with its registry: `localhost:5000/shop/web` */
  #path(repository: string, digest: string): string {
    return join(this.#folder, createHash('sha256').update(`${repository} ${digest}`).digest('hex'));
  }
}

function read(path: string): Noted | undefined {
  try {
    const { location, mark } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Noted>;
    return typeof location === 'string' && typeof mark === 'string' ? { location, mark } : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
