import { createInterface } from 'node:readline';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { CommandContext } from '../command.ts';

interface Asking extends Pick<CommandContext, 'io' | 'tool' | 'commandPath' | 'signal'> {
  contextName: string;
  server: string;
  /** The value of `--confirm-context`. */
  confirmed: string;
}

/**
 * Has the name of a protected context typed. Who has no terminal says it with `--confirm-context`, so that a script
 * names the cluster it means; a flag that only said yes would go through with whatever context is in use.
 * @throws KctlError `usage` where the name is not given: nothing has been sent then
 */
export async function confirmContext(asking: Asking): Promise<void> {
  const { contextName, server, confirmed, io, tool, commandPath, signal } = asking;
  if (confirmed === contextName) return;
  if (confirmed !== '') {
    throw new KctlError(
      'usage',
      `--confirm-context names "${confirmed}", but the context is "${contextName}": nothing was changed`,
    );
  }
  if (!io.stdin.isTTY || !io.stderr.isTTY) {
    throw new KctlError(
      'usage',
      `the context "${contextName}" is protected: '${tool} ${commandPath}' changes nothing there without its name`,
      {
        hint: `Give --confirm-context=${contextName}, or take the protection away: ${tool} config unprotect ${contextName}`,
      },
    );
  }
  io.stderr.write(`${tool} ${commandPath} would change ${escapeTerminal(server)}\n`);
  io.stderr.write(`The context ${escapeTerminal(contextName)} is protected. Type its name to go on: `);
  const typed = await readLine(io, signal);
  if (signal.aborted) io.stderr.write('\n');
  if (typed !== contextName) {
    throw new KctlError('usage', `that is not the name of the context: nothing was changed`);
  }
}

/** The next line of the terminal, without the spaces around it; '' at its end. */
export async function readLine({ stdin }: Pick<CommandContext['io'], 'stdin'>, signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input: stdin, signal });
  try {
    for await (const line of reader) return line.trim();
    return '';
  } finally {
    reader.close();
  }
}
