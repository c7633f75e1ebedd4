import type { IoStreams } from '../../../lib/io.ts';
import type { Settings } from '../../../settings/settings.ts';

/**
 * Someone who sits at a terminal may want to take a change back; a script's changes are many and its own business.
 * `KCTL_JOURNAL` says it for both (`1`, `0`) and goes before the setting. `undo` writes its own entries, always.
 */
export function isJournalWanted(
  { env, stdout, stderr }: Pick<IoStreams, 'env' | 'stdout' | 'stderr'>,
  { journal }: Settings,
  commandPath: string,
): boolean {
  if (commandPath === 'undo' || env['KCTL_JOURNAL'] === '0') return false;
  if (env['KCTL_JOURNAL'] === '1') return true;
  return journal?.enabled !== false && (stdout.isTTY === true || stderr.isTTY === true);
}
