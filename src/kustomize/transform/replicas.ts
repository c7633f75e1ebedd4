import { eachField, type FieldSpec } from '../config/field-spec.ts';
import { failed } from '../failure.ts';
import type { Replica } from '../kustomization/types.ts';
import { gvkText, isSelected } from '../resource/id.ts';
import { setEntry } from '../tree/edit.ts';
import { TAG } from '../tree/node.ts';
import type { Transformer } from './transformer.ts';

/** Sets the replicas of the workloads of a name. @throws KctlError `input` where there is none */
export function replicaTransformer({ name = '', count = 0 }: Replica, specs: readonly FieldSpec[]): Transformer {
  return (resources) => {
    let found = false;
    for (const spec of specs) {
      for (const { node } of resources.byAnyId((id) => id.name === name && isSelected(id, spec))) {
        found = true;
        const created = { kind: 'scalar', tag: TAG.int } as const;
        eachField(node, [spec], (field) => setEntry(field, '', String(count), TAG.int), created);
      }
    }
    if (!found) {
      throw failed(
        `resource with name ${name} does not match a config with the following GVK [${specs.map(gvkText).join(' ')}]`,
      );
    }
  };
}
