import { eachField, type FieldSpec } from '../config/field-spec.ts';
import { compareText } from '../config/transformer-config.ts';
import { failed } from '../failure.ts';
import { isSelected } from '../resource/id.ts';
import type { Resource, StringMap } from '../resource/resource.ts';
import { setEntry } from '../tree/edit.ts';
import { TAG } from '../tree/node.ts';
import type { Transformer } from './transformer.ts';

/** Sets entries of maps: labels, selectors, annotations. */
export function entriesTransformer(entries: StringMap, specs: readonly FieldSpec[]): Transformer {
  const keys = Object.keys(entries).sort(compareText);
  return ({ items }) => {
    for (const { node } of items) {
      for (const key of keys) {
        const set = (map: typeof node) => setEntry(map, key, entries[key]!, TAG.str);
        eachField(node, specs, set, { kind: 'map', tag: TAG.map });
      }
    }
  };
}

/** Kinds whose names mean something by themselves. */
const FIXED_NAMES = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
];

/** Puts a prefix before names, or a suffix after them. */
export function nameTransformer(
  where: 'prefix' | 'suffix',
  text: string,
  specs: readonly FieldSpec[] | undefined,
): Transformer {
  if (specs === undefined) throw failed('fieldSpecs is not expected to be nil');
  const changed = (value: string) => (where === 'prefix' ? text + value : value + text);
  return ({ items }) => {
    for (const resource of [...items]) {
      const id = resource.originalId;
      if (FIXED_NAMES.some((fixed) => isSelected(id, fixed))) continue;
      for (const spec of specs) {
        if (!isSelected(id, spec)) continue;
        if (spec.path === 'metadata/name') remember(resource, where, text);
        const set = (node: typeof resource.node) => setEntry(node, '', changed(node.value), '');
        eachField(resource.node, [spec], set, { kind: 'scalar', tag: TAG.str });
      }
    }
  };
}

function remember(resource: Resource, where: 'prefix' | 'suffix', text: string): void {
  if (text === '') return;
  resource.state[where === 'prefix' ? 'prefixes' : 'suffixes'].push(text);
  resource.storePreviousId();
}
