import { applyEntry } from './apply/entry.ts';
import { authEntry } from './auth/entry.ts';
import { buildEntries } from './build/entry.ts';
import { certificateEntry } from './certificate/entry.ts';
import { clusterEntry } from './cluster/entry.ts';
import { clusterInfoEntry } from './cluster-info/entry.ts';
import type { CommandEntry } from './command.ts';
import { containerEntry } from './container/entry.ts';
import { diffEntry } from './diff/entry.ts';
import { editEntry } from './edit/entry.ts';
import { changeEntries } from './entries/change.ts';
import { readEntries } from './entries/read.ts';
import { settingsEntries } from './entries/settings.ts';
import { eventsEntry } from './events/entry.ts';
import { streamEntries } from './exec/entry.ts';
import { explainEntry } from './explain/entry.ts';
import { helmEntry } from './helm/entry.ts';
import { imageEntry } from './image/entry.ts';
import { imagesEntry } from './images/entry.ts';
import { importEntry } from './import/entry.ts';
import { kustomizeEntry } from './kustomize/entry.ts';
import { loginEntries } from './login/entry.ts';
import { nodeEntries } from './node/entry.ts';
import { portForwardEntries } from './port-forward/entry.ts';
import { transferEntries } from './pull/entry.ts';
import { registryEntry } from './registry-server/entry.ts';
import { replaceEntry } from './replace/entry.ts';
import { rolloutEntry } from './rollout/entry.ts';
import { setEntry } from './set/entry.ts';
import { themeEntry } from './theme/entry.ts';
import { topEntry } from './top/entry.ts';
import { treeEntry } from './tree/entry.ts';
import { undoEntry } from './undo/entry.ts';
import { waitEntry } from './wait/entry.ts';

/**
 * Every verb, without its code: a verb's module is loaded when it is called. Help lists headings in
 * the order in which they first appear here.
 */
export const commandTable: readonly CommandEntry[] = [
  ...changeEntries,
  undoEntry,
  applyEntry,
  ...readEntries,
  // Entries of further verbs: add a list to entries/ (or beside the verb) and name it here.
  clusterEntry,
  rolloutEntry,
  helmEntry,
  ...portForwardEntries,
  ...streamEntries,
  ...buildEntries,
  imageEntry,
  containerEntry,
  imagesEntry,
  ...transferEntries,
  ...loginEntries,
  registryEntry,
  kustomizeEntry,
  diffEntry,
  editEntry,
  replaceEntry,
  setEntry,
  ...nodeEntries,
  waitEntry,
  eventsEntry,
  topEntry,
  treeEntry,
  certificateEntry,
  authEntry,
  clusterInfoEntry,
  explainEntry,
  ...settingsEntries,
  themeEntry,
  importEntry,
];
