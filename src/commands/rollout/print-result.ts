import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { toKubeJson } from '../../lib/json.ts';
import { toYaml } from '../../lib/yaml.ts';
import type { CommandContext, FlagSpec } from '../command.ts';
import { objectName, type Workload } from './workloads.ts';

export type DryRun = 'none' | 'client' | 'server';

export const outputFlag: FlagSpec = {
  name: 'output',
  short: 'o',
  type: 'string',
  default: '',
  describe: 'Output format. One of: (json, yaml, name).',
};

const printers: Readonly<Record<string, (object: KubeObject) => string>> = {
  json: (object) => `${toKubeJson(object)}\n`,
  yaml: (object) => toYaml(object),
};

/** @throws KctlError `usage` for a format that does not exist */
export function checkOutput(output: string): void {
  if (output === '' || output === 'name' || printers[output]) return;
  throw new KctlError(
    'usage',
    `unable to match a printer suitable for the output format "${output}", allowed formats are: json,name,yaml`,
  );
}

/** What a changing verb says of one object: `deployment.apps/web restarted`, or the object as `-o` wants it. */
export function printResult(
  workload: Workload,
  operation: string,
  output: string,
  { io }: CommandContext,
  dryRun: DryRun = 'none',
): void {
  const printer = printers[output];
  if (printer) {
    io.stdout.write(printer(workload.object));
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
