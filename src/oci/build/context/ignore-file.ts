import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PathFilter } from './patterns.ts';

/** The lines of a `.dockerignore` that say something. */
export function ignoreLines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#') && line.trim() !== '');
}

/**
 * What of a build context is left out: by `NAME.dockerignore` beside the Dockerfile of that name, else by the context's
 * `.dockerignore`.
 * @throws KctlError `input` for a pattern that is malformed
 */
export async function readIgnoreFile(context: string, dockerfile: string): Promise<PathFilter> {
  const candidates = [
    join(dirname(dockerfile), `${basename(dockerfile)}.dockerignore`),
    join(context, '.dockerignore'),
  ];
  for (const file of candidates) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (text !== undefined) return new PathFilter(ignoreLines(text));
  }
  return new PathFilter([]);
}
