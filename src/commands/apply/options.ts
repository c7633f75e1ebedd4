import type { KubeObject } from '../../api/meta.ts';
import type { PropagationPolicy } from '../shared/cascade.ts';
import type { FileOptions } from '../shared/file-options.ts';
import type { ResultOutput } from '../shared/output-format.ts';
import type { DryRun, FieldValidation } from '../shared/write-flags.ts';

export interface ApplyOptions {
  args: readonly string[];
  files: FileOptions;
  output: ResultOutput;
  dryRun: DryRun;
  /** Show what would change and change nothing. */
  preview: boolean;
  validation: FieldValidation;
  serverSide: boolean;
  forceConflicts: boolean;
  overwrite: boolean;
  fieldManager: string;
  subresource: string;
  selector: string;
  /** Objects that are in the way are deleted and made anew. */
  force: boolean;
  propagationPolicy: PropagationPolicy;
  /** Seconds; negative leaves it to the object. */
  gracePeriod: number;
  /** Milliseconds to wait for a deleted object to be gone; 0 is without limit. */
  timeout: number;
  prune: boolean;
  pruneAllowlist: readonly string[];
  all: boolean;
  /** `[RESOURCE][.GROUP]/NAME` of the object that keeps what belongs together; '' without one. */
  applySet: string;
}

/** What became of one object. */
export interface Applied {
  object: KubeObject;
  operation: 'created' | 'configured' | 'unchanged' | 'serverside-applied';
}
