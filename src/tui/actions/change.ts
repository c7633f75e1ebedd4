import type { Action } from './action.ts';
import { contextActions } from './change/contexts.ts';
import { createAction } from './change/create.ts';
import { editActions } from './change/edit.ts';
import { fileActions } from './change/files.ts';
import { journalActions } from './change/journal.ts';
import { metadataActions } from './change/metadata.ts';
import { nodeActions } from './change/nodes.ts';
import { removingActions } from './change/removing.ts';
import { terminalActions } from './change/terminal.ts';
import { workloadActions } from './change/workloads.ts';

/** Everything that is done to objects. */
export const changeActions: readonly Action[] = [
  ...terminalActions,
  ...editActions,
  ...workloadActions,
  ...nodeActions,
  ...contextActions,
  ...fileActions,
  ...removingActions,
  ...metadataActions,
  createAction,
  ...journalActions,
];
