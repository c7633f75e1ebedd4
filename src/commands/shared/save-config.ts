import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../api/meta.ts';
import { toCompactJson } from '../../lib/json.ts';
import type { FlagSpec } from '../command.ts';

export const saveConfigFlag: FlagSpec = {
  name: 'save-config',
  type: 'bool',
  default: false,
  describe: 'Keep the manifest in an annotation, so that apply can be used on the object later.',
};

/** Puts the text of an object that was made here into its own annotation, in place, as `--save-config` asks for. */
export function annotateLastApplied(object: KubeObject): void {
  const { [lastAppliedAnnotation]: _, ...others } = object.metadata.annotations ?? {};
  const { metadata } = object;
  if (Object.keys(others).length > 0) metadata.annotations = others;
  else delete metadata.annotations;
  const text = `${toCompactJson(object)}\n`;
  metadata.annotations = { ...others, [lastAppliedAnnotation]: text };
}
