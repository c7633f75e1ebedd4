import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { FlagValues } from '../command.ts';
import { logLine } from './log-line.ts';

export type DryRun = 'none' | 'client' | 'server';

/** The bare flag and the booleans are from before there were strategies; kubectl still takes them. */
const formerForms: ReadonlyMap<string, 'client' | 'none'> = new Map([
  ...['unchanged', '1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, 'client'] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, 'none'] as const),
]);

/**
 * @param io where the remark goes that kubectl logs on forms from before there were strategies
 * @throws KctlError `usage` for anything but kubectl's three strategies
 */
export function parseDryRun(flags: FlagValues, io?: Pick<IoStreams, 'stderr'>): DryRun {
  const text = String(flags['dry-run']);
  if (text === 'none' || text === 'client' || text === 'server') return text;
  const former = formerForms.get(text);
  if (former) {
    const form = text === 'unchanged' ? '--dry-run is deprecated' : `--dry-run=${text} is deprecated (boolean value)`;
    const place = { unchanged: 702, client: 716, none: 719 }[text === 'unchanged' ? text : former];
    io?.stderr.write(logLine('W', `helpers.go:${place}`, `${form} and can be replaced with --dry-run=${former}.`));
    return former;
  }
  throw new KctlError('usage', `Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
}

/** What stands behind the operation in a success line. */
export function dryRunSuffix(dryRun: DryRun): string {
  return { none: '', client: ' (dry run)', server: ' (server dry run)' }[dryRun];
}

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

const validations: Record<string, FieldValidation> = {
  strict: 'Strict',
  true: 'Strict',
  warn: 'Warn',
  ignore: 'Ignore',
  false: 'Ignore',
};

/** @throws KctlError `usage` */
export function parseValidate(flags: FlagValues): FieldValidation {
  const text = String(flags.validate);
  const validation = validations[text];
  if (validation) return validation;
  throw new KctlError(
    'usage',
    `invalid - validate option "${text}"; must be one of: strict (or true), warn, ignore (or false)`,
  );
}

/** The query that every write carries. */
export function writeQuery(options: { dryRun: DryRun; fieldManager?: string; validation?: FieldValidation }) {
  return {
    dryRun: options.dryRun === 'server' ? 'All' : undefined,
    fieldManager: options.fieldManager,
    fieldValidation: options.validation,
  };
}
