import { userEnvironment } from '../lib/held-environment.ts';
import { main } from './main.ts';

/** Resolves when everything written to `stream` so far has been handed to the system, or the reader is gone. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}

/** Runs the command line of this process to its end, and ends it. */
export async function runProcess(): Promise<void> {
  const tool = process.env.KCTL_CALLED_AS === 'kubectl' ? 'kubectl' : 'kctl';
  delete process.env.KCTL_CALLED_AS;
  // What Node says where nothing is left to wait for and the command has not ended.
  process.exitCode = 13;
  const code = await main(
    process.argv.slice(2),
    {
      // Node opens standard input when it is first asked for; most commands never ask.
      get stdin() {
        return process.stdin;
      },
      stdout: process.stdout,
      stderr: process.stderr,
      env: userEnvironment(),
      cwd: process.cwd(),
    },
    tool,
  );
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  // Kept-alive sockets and timers are of no use any more; waiting for them would only delay the prompt.
  process.exit(code);
}
