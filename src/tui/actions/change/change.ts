import type { Right } from '../../state/access.ts';
import type { DialogField, DialogValues } from '../../state/dialog.ts';
import type { ObjectRef } from '../../views/view.ts';

/** A change of objects that is a command line of kctl, before it is asked for. */
export interface Change {
  /** `Scale?` */
  title: string;
  lines?: readonly string[];
  /** What the button says: `Scale`. */
  confirmLabel: string;
  danger?: boolean;
  fields?: readonly DialogField[];
  targets: readonly ObjectRef[];
  /** How many objects of the cluster change, where the targets are not these: a change of the journal. */
  objects?: number;
  /** One command for each object; else one for all of a kind and namespace. */
  each?: boolean;
  /** The words behind `kctl` that change `refs`, which are of one kind and in one namespace. */
  argv(refs: readonly ObjectRef[], values: DialogValues): readonly string[];
  stdin?(refs: readonly ObjectRef[], values: DialogValues): string;
  /**
   * What would come of it. `command`: what `--preview` of the same command says. `fields`: what the
   * server makes of each object in a dry run, beside what it is. A function looks it up itself.
   */
  preview?: 'command' | 'fields' | ((values: DialogValues, signal: AbortSignal) => Promise<readonly string[]>);
  /** Where the dry run is another command than the change itself, because that knows of none. */
  rehearsal?(ref: ObjectRef, values: DialogValues): readonly string[];
  /** The command line that is shown, where it is not the one that is run: `edit` for what it sends. */
  shown?(values: DialogValues): readonly string[];
  /** What is said when it is done: `Scaled {what}`. */
  done: string;
  /** The right that it takes. */
  access?: Right;
  /** Not of the cluster: no guard of contexts holds for it. */
  local?: boolean;
  /** Its targets are no rows of the table: they are not listed, and not looked for when it is done. */
  unlisted?: boolean;
  /** Whoever proposes it tells what failed. */
  keepsFailures?: boolean;
  /** Does not ask, where settings allow it. */
  unasked?: boolean;
}

/** One command line, and the objects that it is for. */
export interface Step {
  argv: readonly string[];
  stdin?: string;
  targets: readonly ObjectRef[];
}
