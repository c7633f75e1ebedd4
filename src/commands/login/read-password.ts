import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';

type TerminalInput = IoStreams['stdin'] & { setRawMode?(raw: boolean): unknown };

/**
 * The next line of the terminal, which shows nothing of it; undefined where Ctrl-D or the end of the input comes first.
 * @throws the reason of `signal`, which Ctrl-C ends as it does everywhere
 */
export function readPassword(
  io: Pick<IoStreams, 'stdin' | 'stderr'>,
  prompt: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const input = io.stdin as TerminalInput;
  const output = rawTerminal(io.stderr);
  output.write(prompt);
  input.setRawMode?.(true);
  return new Promise((resolve, reject) => {
    let typed = '';
    const leave = (): void => {
      input.off('data', read);
      input.off('end', stop);
      input.setRawMode?.(false);
      input.pause();
      signal.removeEventListener('abort', interrupted);
      output.write('\n');
    };
    const end = (word: string | undefined): void => {
      leave();
      resolve(word);
    };
    const stop = (): void => end(undefined);
    const interrupted = (): void => {
      leave();
      reject(signal.reason);
    };
    const read = (chunk: Buffer | string): void => {
      for (const key of chunk.toString()) {
        if (key === '\r' || key === '\n') {
          end(typed);
          return;
        }
        // A terminal that tells of each key makes no signal of this one.
        if (key === '\u0003') process.kill(process.pid, 'SIGINT');
        if (key === '\u0003') return;
        if (key === '\u0004') {
          stop();
          return;
        }
        if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('');
        else if (key === '\u0015') typed = '';
        else typed += key;
      }
    };
    input.on('data', read);
    input.once('end', stop);
    signal.addEventListener('abort', interrupted, { once: true });
    input.resume();
  });
}
