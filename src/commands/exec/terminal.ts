import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { TerminalSize, TerminalSizes } from '../../kube/streams/command-contract.ts';
import type { IoStreams, TerminalWritable } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import type { CommandContext } from '../command.ts';

type TerminalReadable = Readable & { isTTY?: boolean; isRaw?: boolean; setRawMode?(raw: boolean): unknown };

/** What a remote session gets of the user's terminal. */
export interface SessionStreams {
  stdin?: Readable;
  stdout: Writable;
  stderr: Writable;
  /** The terminal is handed over: every key goes to the container. */
  raw: boolean;
}

/**
 * Decides what exec and attach connect. `tty` without a terminal on the input is said and dropped.
 * Bytes reach the terminal as they are: what runs there was started, or joined, by the user.
 */
export function sessionStreams(
  io: IoStreams,
  { stdin, tty, quiet }: { stdin: boolean; tty: boolean; quiet: boolean },
): SessionStreams {
  const outputs = { stdout: rawTerminal(io.stdout), stderr: rawTerminal(io.stderr) };
  if (!stdin) return { ...outputs, raw: false };
  const isTerminal = io.stdin.isTTY === true;
  if (tty && !isTerminal && !quiet) {
    io.stderr.write('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  }
  return { ...outputs, stdin: io.stdin, raw: tty && isTerminal };
}

/**
 * What kubectl gives of a terminal to a container it takes back itself when a signal comes, and then ends with 1;
 * without a terminal the signal ends it.
 */
export function endAsKubectl({ io, endOfSignals }: Pick<CommandContext, 'io' | 'endOfSignals'>, stdin: boolean): void {
  if (stdin && io.stdin.isTTY === true) endOfSignals?.(1);
}

/** Runs with the terminal in raw mode, and gives it back as it was however that ends. */
export async function withRawTerminal<T>(stdin: TerminalReadable | undefined, run: () => Promise<T>): Promise<T> {
  if (!stdin?.setRawMode || stdin.isRaw) return run();
  const restore = () => {
    stdin.setRawMode?.(false);
  };
  // Ends that pass no `finally`: a second signal, an error that nobody caught.
  process.once('exit', restore);
  stdin.setRawMode(true);
  leaveOutputAlone(stdin);
  try {
    return await run();
  } finally {
    restore();
    process.off('exit', restore);
  }
}

/** Where a system keeps it, whatever PATH says. */
const STTY = ['/bin/stty', '/usr/bin/stty'];

/**
 * Node's raw mode leaves the output's translation on, by which a line feed also goes to the first column: programs
 * that draw their screen move down with bare line feeds, and those would land elsewhere. What Node puts back at the
 * end is the terminal as it was before. Where there is no `stty`, screens may be drawn askew.
 */
function leaveOutputAlone(stdin: TerminalReadable): void {
  const stty = stdin === process.stdin ? STTY.find((path) => existsSync(path)) : undefined;
  if (stty) spawnSync(stty, ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}

/**
 * The sizes of a terminal as it is resized; undefined where the output is none.
 * @param first sizes to tell before the present one
 */
export function sizesOf(
  stdout: TerminalWritable,
  first: (now: TerminalSize) => TerminalSize[] = () => [],
): TerminalSizes | undefined {
  if (!stdout.isTTY) return undefined;
  const now = (): TerminalSize => ({ width: stdout.columns ?? 80, height: stdout.rows ?? 24 });
  return (tell) => {
    for (const size of [...first(now()), now()]) tell(size);
    const listener = () => tell(now());
    stdout.on('resize', listener);
    return () => stdout.off('resize', listener);
  };
}
