import type { CommandEntry } from './command.ts';
import { getEntry } from './entries/get.ts';

/** What the bundle of the hot path has in place of registry.ts (scripts/build.mjs): the one verb it serves. */
export const commandTable: readonly CommandEntry[] = [getEntry];
