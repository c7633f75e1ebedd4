import { KctlError } from '../../lib/errors.ts';
import type { FlagValues } from '../command.ts';

export type DryRun = 'none' | 'client' | 'server';

/** @throws KctlError `usage` for anything but kubectl's three strategies */
export function parseDryRun(flags: FlagValues): DryRun {
  const text = String(flags['dry-run']);
  if (text === 'none' || text === 'client' || text === 'server') return text;
  // The bare flag and the booleans are from before there were strategies; kubectl still takes them.
  const former: Record<string, DryRun> = { unchanged: 'client', true: 'client', false: 'none' };
  const dryRun = former[text];
  if (dryRun) return dryRun;
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
