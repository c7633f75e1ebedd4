import { KctlError } from '../../lib/errors.ts';
import { createObjectPrinter, objectFormatNames } from '../../output/print-objects.ts';
import type { CommandContext, FlagSpec } from '../command.ts';
import { objectName, type Workload } from './workloads.ts';

export type DryRun = 'none' | 'client' | 'server';

/** Formats that print the object itself; rollout verbs have no tables. */
const formats = [...objectFormatNames.filter((name) => !name.startsWith('custom-columns')), 'name'];

export const outputFlag: FlagSpec = {
  name: 'output',
  short: 'o',
  type: 'string',
  default: '',
  describe: `Output format. One of: (${[...new Set(formats)].sort().join(', ')}).`,
};

/** @throws KctlError `usage` for a format that does not exist */
export function checkOutput(output: string): void {
  if (output === '' || formats.includes(output.split('=')[0]!)) return;
  const allowed = [...new Set(formats)].sort().join(',');
  throw new KctlError(
    'usage',
    `unable to match a printer suitable for the output format "${output}", allowed formats are: ${allowed}`,
  );
}

/** What a changing verb says of one object: `deployment.apps/web restarted`, or the object as `-o` wants it. */
export async function printResult(
  workload: Workload,
  operation: string,
  output: string,
  { io }: CommandContext,
  dryRun: DryRun = 'none',
): Promise<void> {
  if (output !== '' && output !== 'name') {
    const [name = '', ...argument] = output.split('=');
    const print = await createObjectPrinter({ name, ...(argument.length > 0 ? { argument: argument.join('=') } : {}) });
    io.stdout.write(print(workload.object));
    return;
  }
  const suffix = { none: '', client: ' (dry run)', server: ' (server dry run)' }[dryRun];
  io.stdout.write(`${objectName(workload)}${output === 'name' ? '' : ` ${operation}${suffix}`}\n`);
}

/** `--dry-run`, whose bare form and old spellings mean the client's. @throws KctlError `usage` */
export function readDryRun(value: unknown): DryRun {
  const text = String(value ?? 'none');
  if (text === 'client' || text === 'server' || text === 'none') return text;
  if (text === 'unchanged') return 'client';
  throw new KctlError('usage', `Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
}
