import { resolve } from 'node:path';
import { KctlError } from '../lib/errors.ts';
import type { IoStreams } from '../lib/io.ts';

/** The profiles that Go knows; those that V8 can make are made. */
const known = ['none', 'cpu', 'heap', 'goroutine', 'threadcreate', 'block', 'mutex'];

/**
 * `--profile` and `--profile-output`: a profile of this run, in the formats of V8 (`.cpuprofile`, `.heapsnapshot`).
 * @returns what ends and writes it
 * @throws KctlError for a profile that there is not, and for those of Go's runtime
 */
export async function startProfile(name: string, output: string, { cwd }: IoStreams): Promise<() => Promise<void>> {
  if (!known.includes(name)) throw new KctlError('usage', `unknown profile '${name}'`);
  const path = resolve(cwd, output);
  if (name === 'none') return async () => {};
  if (name === 'heap') {
    return async () => void (await import('node:v8')).writeHeapSnapshot(path);
  }
  if (name !== 'cpu') {
    throw new KctlError('usage', `the profile '${name}' is one of Go's runtime`, {
      hint: 'This program has cpu and heap.',
    });
  }
  const [{ Session }, { writeFileSync }] = await Promise.all([import('node:inspector/promises'), import('node:fs')]);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(path, JSON.stringify(profile), { mode: 0o600 });
    session.disconnect();
  };
}
