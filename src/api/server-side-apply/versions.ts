import type { KubeObject } from '../meta.ts';
import type { StructuralSchema } from './shape.ts';

/** How an object looks in the other versions of its kind, whose fields managers may own. */
export interface OtherVersions {
  /**
   * Undefined: that version is not served any more, and its owners are forgotten.
   * @throws UntypedError
   */
  convert(object: KubeObject, apiVersion: string): KubeObject | undefined;
  /** The schema of a custom kind at that version. */
  schema(apiVersion: string): StructuralSchema | undefined;
}

/** An object cannot be told in another version's fields, and so nobody's fields either. */
export class UntypedError extends Error {
  override readonly name = 'UntypedError';
}
