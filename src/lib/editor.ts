import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KctlError } from './errors.ts';
import type { IoStreams } from './io.ts';

interface EditorCommand {
  /** The words of the command; in a shell the last one is its script. */
  words: readonly string[];
  inShell: boolean;
}

/** `$KUBE_EDITOR`, `$EDITOR`, else the system's; what has quotes or backslashes is left to a shell. */
export function editorCommand(env: IoStreams['env'], platform: string = process.platform): EditorCommand {
  const windows = platform === 'win32';
  const editor = env.KUBE_EDITOR || env.EDITOR || (windows ? 'notepad' : 'vi');
  if (!editor.includes(' ')) return { words: [editor], inShell: false };
  if (!/["'\\]/.test(editor)) return { words: editor.split(' '), inShell: false };
  const shell = env.SHELL || (windows ? 'cmd' : '/bin/bash');
  return { words: [shell, shell === 'cmd' ? '/C' : '-c', editor], inShell: true };
}

/**
 * Opens a new file (0600) with `text` in the user's editor and waits for the editor to end.
 * @param prefix what the file's name begins with
 * @returns the file, which is the caller's to remove, and what is in it now
 * @throws KctlError where the editor cannot be started or says that it failed; the file stays
 */
export async function editText(
  text: string,
  prefix: string,
  extension: string,
  { env }: Pick<IoStreams, 'env'>,
): Promise<{ path: string; text: string }> {
  const path = newFile(text, env.TMPDIR || tmpdir(), prefix, extension);
  await launchEditor(path, env);
  return { path, text: readFileSync(path, 'utf8') };
}

/**
 * Opens a file in the user's editor and waits for the editor to end.
 * @throws KctlError where the editor cannot be started or says that it failed
 */
export function launchEditor(path: string, env: IoStreams['env']): Promise<void> {
  return launch(editorCommand(env), path, env);
}

function newFile(text: string, folder: string, prefix: string, extension: string): string {
  for (;;) {
    const path = join(folder, `${prefix}${randomInt(2 ** 32)}${extension}`);
    let file: number;
    try {
      file = openSync(path, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new KctlError('input', (error as Error).message, { cause: error });
    }
    try {
      writeFileSync(file, text);
      return path;
    } catch (error) {
      rmSync(path, { force: true });
      throw new KctlError('input', (error as Error).message, { cause: error });
    } finally {
      closeSync(file);
    }
  }
}

function launch({ words, inShell }: EditorCommand, path: string, env: IoStreams['env']): Promise<void> {
  const last = words.at(-1) ?? '';
  const [program = '', ...args] = inShell
    ? [...words.slice(0, -1), `${last} ${JSON.stringify(path)}`]
    : [...words, path];
  const named = JSON.stringify(words.join(' '));
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown) => reject(new KctlError('input', message, { cause }));
    const child = spawn(program, args, { stdio: 'inherit', env });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT' && !program.includes('/');
      fail(missing ? `unable to launch the editor ${named}` : `there was a problem with the editor ${named}`, error);
    });
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else fail(`there was a problem with the editor ${named}`);
    });
  });
}
