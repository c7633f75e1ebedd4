import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import type { FlagSpec, FlagValues } from '../command.ts';

export function boolFlag(name: string, describe: string): FlagSpec {
  return { name, type: 'bool', default: false, describe };
}

export const dryRunFlag = boolFlag('dry-run', 'The same as --preview.');
export const noHooksFlag = boolFlag('no-hooks', 'Leave hooks out.');
export const timeoutFlag: FlagSpec = {
  name: 'timeout',
  type: 'duration',
  default: '5m0s',
  describe: 'How long each hook may take.',
};

/** Milliseconds. @throws KctlError `usage` */
export function readTimeout(flags: FlagValues): number {
  const ms = parseGoDuration(String(flags.timeout));
  if (ms > 0) return ms;
  throw new KctlError('usage', '--timeout must be more than 0');
}

export const isPreview = (flags: FlagValues): boolean => flags.preview === true || flags['dry-run'] === true;
