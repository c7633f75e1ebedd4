import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { openUrl } from '../../lib/open-url.ts';
import { keptForwards } from '../../store/forwards/ask-keepers.ts';
import { keeperLog, readKeeper } from '../../store/forwards/keeper-files.ts';
import type { CommandContext } from '../command.ts';
import { announced, type ForwardsOptions } from './forwards-options.ts';

/** How long forwards may take to open before that is given up, in ms. */
const PATIENCE = 60_000;
const POLL = 25;

/** Flags of the first process alone: the second one stays in the background and opens nothing. */
const ownFlags = /^--(background|open)(=.*)?$/;

/**
 * Starts the same command line again as a process of its own, which keeps the forwards until they are stopped, and
 * returns once they are open.
 * @throws KctlError with the words of that process where it cannot open them
 */
export async function startInBackground(options: ForwardsOptions, context: CommandContext): Promise<void> {
  const { io, commandLine, commandPath, signal, tool } = context;
  const id = randomBytes(6).toString('hex');
  const words = (commandLine ?? commandPath.split(' ')).filter((word) => !ownFlags.test(word));
  const logPath = keeperLog(io.env, id);
  const log = openSync(logPath, 'w', 0o600);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', process.argv[1] ?? '', ...words, '--keep-as', id],
    { detached: true, stdio: ['ignore', log, log], cwd: io.cwd, windowsHide: true, env: io.env as NodeJS.ProcessEnv },
  );
  closeSync(log);
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.once('error', () => {
    ended = true;
  });
  child.unref();
  const before = Date.now();
  while (!readKeeper(io.env, id)) {
    if (ended) throw failedStart(logPath);
    if (signal.aborted || Date.now() - before > PATIENCE) {
      child.kill();
      signal.throwIfAborted();
      throw new KctlError('connection', `the forwards did not open within ${PATIENCE / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  const kept = (await keptForwards(io.env)).find(({ keeper }) => keeper.id === id);
  for (const forward of kept?.forwards ?? []) {
    io.stdout.write(`${announced(forward, false)}\n`);
    if (options.open && /^https?:/.test(forward.url)) {
      await openUrl(forward.url, io.env).catch((error: Error) => {
        io.stderr.write(`cannot open ${forward.url}: ${error.message}\n`);
      });
    }
  }
  io.stderr.write(
    `They run in the background, kept by process ${child.pid}. ${tool} pf list shows them, ${tool} pf down ends them.\n`,
  );
}

/** The reason is what the process itself said last. */
function failedStart(logPath: string): KctlError {
  const said = readFileSync(logPath, 'utf8').trim();
  rmSync(logPath, { force: true });
  const lines = said.split('\n');
  const at = lines.findLastIndex((line) => line.startsWith('error: '));
  const [message = 'the process that should keep the forwards ended without a word', ...hint] =
    at < 0 ? [lines.at(-1) || undefined] : [lines[at]!.slice('error: '.length), ...lines.slice(at + 1)];
  return new KctlError('conflict', message, hint.length > 0 ? { hint: hint.join('\n') } : {});
}
