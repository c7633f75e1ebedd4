import type { CommandEntry } from './command.ts';
import { getEntry } from './entries/get.ts';

/** What the bundle of `kctl get` has in place of registry.ts (scripts/build.mjs). */
export const commandTable: readonly CommandEntry[] = [getEntry];
