import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';

type TerminalInput = IoStreams['stdin'] & { setRawMode?(raw: boolean): unknown };

/** The next line of the terminal, which shows nothing of it; undefined where Ctrl-D, Ctrl-C or the end of the input comes first. */
export function readPassword(io: Pick<IoStreams, 'stdin' | 'stderr'>, prompt: string): Promise<string | undefined> {
  const input = io.stdin as TerminalInput;
  const output = rawTerminal(io.stderr);
  output.write(prompt);
  input.setRawMode?.(true);
  return new Promise((resolve) => {
    let typed = '';
    const end = (word: string | undefined): void => {
      input.off('data', read);
      input.off('end', stop);
      input.setRawMode?.(false);
      input.pause();
      output.write('\n');
      resolve(word);
    };
    const stop = (): void => end(undefined);
    const read = (chunk: Buffer | string): void => {
      for (const key of chunk.toString()) {
        if (key === '\r' || key === '\n') {
          end(typed);
          return;
        }
        if (key === '\u0003' || key === '\u0004') {
          stop();
          if (key === '\u0003') process.kill(process.pid, 'SIGINT');
          return;
        }
        if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('');
        else if (key === '\u0015') typed = '';
        else typed += key;
      }
    };
    input.on('data', read);
    input.once('end', stop);
    input.resume();
  });
}
