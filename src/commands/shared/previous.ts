import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../lib/replace-file.ts';

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

/** What cannot be written (a read-only home, a full disk) is forgotten: the switch itself has been made. */
export async function writePrevious(env: Environment, previous: Previous): Promise<void> {
  const file = stateFile(env);
  try {
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
    replaceFile(file, `${JSON.stringify(previous)}\n`);
  } catch {
    // Said above.
  }
}
