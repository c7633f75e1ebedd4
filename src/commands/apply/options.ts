import type { KubeObject } from '../../api/meta.ts';
import type { FileOptions } from '../shared/file-options.ts';
import type { ResultOutput } from '../shared/output-format.ts';
import type { DryRun, FieldValidation } from '../shared/write-flags.ts';

export interface ApplyOptions {
  args: readonly string[];
  files: FileOptions;
  output: ResultOutput;
  dryRun: DryRun;
  validation: FieldValidation;
  serverSide: boolean;
  forceConflicts: boolean;
  overwrite: boolean;
  fieldManager: string;
}

/** What became of one object. */
export interface Applied {
  object: KubeObject;
  operation: 'created' | 'configured' | 'unchanged' | 'serverside-applied';
}
