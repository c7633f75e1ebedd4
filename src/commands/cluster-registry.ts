import { clusterEntry } from './cluster/entry.ts';
import type { CommandEntry } from './command.ts';

/** What the bundle of `kctl cluster` has in place of registry.ts (scripts/build.mjs). */
export const commandTable: readonly CommandEntry[] = [clusterEntry];
