import { KctlError } from '../../lib/errors.ts';
import { toKubeJson } from '../../lib/json.ts';
import { toYaml } from '../../lib/yaml.ts';
import type { FlagSpec, FlagValues } from '../command.ts';

export const structuredFlags: readonly FlagSpec[] = [
  { name: 'output', short: 'o', type: 'string', default: '', describe: 'Output format. One of: (json, yaml).' },
  { name: 'json', type: 'bool', default: false, describe: 'The same as -o json.' },
];

export type PrintReport = (report: object) => string;

/** For programs: all fields, JSON or YAML. */
export const reportPrinters: Readonly<Record<string, PrintReport>> = {
  json: (report) => `${toKubeJson(report)}\n`,
  yaml: (report) => toYaml(report),
};

/** Undefined where people read it. @throws KctlError `usage` for a format that there is not */
export function structuredPrinter(flags: FlagValues): PrintReport | undefined {
  const format = String(flags.output || (flags.json === true ? 'json' : ''));
  if (format === '') return undefined;
  const print = Object.hasOwn(reportPrinters, format) ? reportPrinters[format] : undefined;
  if (print) return print;
  throw new KctlError(
    'usage',
    `unable to match a printer suitable for the output format "${format}", allowed formats are: json,yaml`,
  );
}
