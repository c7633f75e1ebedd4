import type { ResourceInfo } from '../../api/resource.ts';
import type { TerminalWritable } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import type { TableOptions } from '../../output/table.ts';
import type { CommandContext } from '../command.ts';
import { outputTheme } from '../shared/output-theme.ts';

/** Where tables go, and the part of their options that says in which colours. */
export interface TableOutput {
  out: TerminalWritable;
  colours(resource: Pick<ResourceInfo, 'kind'>): Pick<TableOptions, 'paint'>;
}

export async function tableOutput(context: CommandContext): Promise<TableOutput> {
  const theme = await outputTheme(context);
  const { stdout } = context.io;
  if (!theme) return { out: stdout, colours: () => ({}) };
  const { tablePaint } = await import('../shared/paint-table.ts');
  // The printer makes texts safe before they are painted; the guard would take the colours for the cluster's.
  return { out: rawTerminal(stdout), colours: ({ kind }) => ({ paint: tablePaint(theme, kind) }) };
}
