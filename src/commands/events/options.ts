import { apiVersionOf, type ResourceInfo } from '../../api/resource.ts';
import type { Discovery } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { FlagSpec, FlagValues } from '../command.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { allNamespacesFlag, chunkSizeFlag, printFlags } from '../shared/print-flags.ts';
import { resolveType } from '../shared/resource-type.ts';
import { readResultOutput } from '../shared/result-printer.ts';

export interface EventsOptions {
  /** `TYPE/NAME`; '' is everything. */
  about: string;
  /** In lower case; empty is every type. */
  types: readonly string[];
  watch: boolean;
  allNamespaces: boolean;
  noHeaders: boolean;
  output: ResultOutput;
}

export const eventsFlags: readonly FlagSpec[] = [
  allNamespacesFlag,
  chunkSizeFlag,
  { name: 'for', type: 'string', default: '', describe: 'Only events about this object: TYPE/NAME.' },
  { name: 'no-headers', type: 'bool', default: false, describe: 'Print no headers.' },
  ...printFlags(objectFormats.join(', ')),
  { name: 'types', type: 'stringSlice', default: [], describe: 'Only events of these types: Normal, Warning.' },
  { name: 'watch', short: 'w', type: 'bool', default: false, describe: 'Then print events as they come.' },
];

export function readEventsOptions(flags: FlagValues): EventsOptions {
  return {
    about: String(flags.for),
    types: (flags.types as readonly string[]).map((type) => type.toLowerCase()),
    watch: flags.watch === true,
    allNamespaces: flags['all-namespaces'] === true,
    noHeaders: flags['no-headers'] === true,
    output: readResultOutput(flags),
  };
}

/** @throws KctlError `usage` */
export function checkTypes(types: readonly string[]): void {
  if (types.every((type) => type === 'normal' || type === 'warning')) return;
  throw new KctlError('usage', 'valid --types are Normal or Warning');
}

/**
 * The field selector of `--for`.
 * @throws KctlError `usage` for what is not `TYPE/NAME`
 */
export async function aboutSelector(about: string, discovery: Discovery): Promise<string | undefined> {
  if (about === '') return undefined;
  const [type = '', name, ...more] = about.split('/');
  if (name === undefined) throw new KctlError('usage', '--for must be in resource/name form');
  if (more.length > 0) {
    throw new KctlError('usage', 'arguments in resource/name form may not have more than one slash');
  }
  const resource: ResourceInfo = await resolveType(type.toLowerCase(), discovery);
  if (name === '') return undefined;
  const fields = {
    'involvedObject.kind': resource.kind,
    'involvedObject.apiVersion': apiVersionOf(resource),
    'involvedObject.name': name,
  };
  return Object.entries(fields)
    .map(([field, value]) => `${field}=${escapeField(value)}`)
    .join(',');
}

/** fields.EscapeValue of apimachinery. */
function escapeField(value: string): string {
  return value.replace(/[\\,=]/g, (char) => `\\${char}`);
}
