import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Record<string, string | undefined>;

/** What `-` goes back to: a context, and a namespace per context. */
interface Previous {
  context?: string;
  namespaces?: Record<string, string>;
}

/** `$XDG_STATE_HOME/kctl`, by default `~/.local/state/kctl` (XDG Base Directory specification). */
function stateFile(env: Environment): string {
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state');
  return join(state, 'kctl', 'previous.json');
}

/** Empty where nothing was remembered, or where it cannot be read any more. */
export async function readPrevious(env: Environment): Promise<Previous> {
  try {
    return JSON.parse(await readFile(stateFile(env), 'utf8')) as Previous;
  } catch {
    return {};
  }
}

/** Written beside and renamed, so that two shells never leave half a file. */
export async function writePrevious(env: Environment, previous: Previous): Promise<void> {
  const file = stateFile(env);
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(previous)}\n`, { mode: 0o600 });
  await rename(draft, file);
}
