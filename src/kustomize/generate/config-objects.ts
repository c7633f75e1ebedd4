import { failed } from '../failure.ts';
import type { GeneratorArgs, GeneratorOptions } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import type { SchemaSource } from '../merge/schema.ts';
import { setConfigData, setSecretData } from '../resource/data-map.ts';
import { type Behavior, Resource } from '../resource/resource.ts';
import { setField } from '../tree/edit.ts';
import { Node, scalarNode, stringNode, TAG } from '../tree/node.ts';
import { readKeyValues } from './key-values.ts';

const BEHAVIORS = new Set(['create', 'replace', 'merge']);

/** The ConfigMap or Secret that a generator's arguments describe. @throws KctlError `input` */
export async function generateConfig(
  kind: 'ConfigMap' | 'Secret',
  args: GeneratorArgs,
  loader: Loader,
  schemas: SchemaSource,
): Promise<Resource> {
  if (!args.name) throw failed('a configmap must have a name');
  const metadata = new Node('map');
  setField(metadata, 'name', stringNode(args.name));
  if (args.namespace) setField(metadata, 'namespace', stringNode(args.namespace));
  const node = new Node('map');
  setField(node, 'apiVersion', scalarNode('v1'));
  setField(node, 'kind', scalarNode(kind));
  setField(node, 'metadata', metadata);
  if (kind === 'Secret') setField(node, 'type', stringNode(args.type || 'Opaque'));
  const entries = await readKeyValues(args, loader);
  if (kind === 'Secret') setSecretData(node, entries);
  else setConfigData(node, entries);
  const { options = {}, behavior = '' } = args;
  for (const field of ['labels', 'annotations'] as const) setMap(metadata, field, options[field] ?? {});
  if (options.immutable) setField(node, 'immutable', new Node('scalar', { value: 'true', tag: TAG.bool }));
  const resource = new Resource(node, schemas);
  resource.state.needsHash = !options.disableNameSuffixHash;
  resource.state.behavior = BEHAVIORS.has(behavior) ? (behavior as Behavior) : 'unspecified';
  return resource;
}

function setMap(metadata: Node, name: string, entries: Readonly<Record<string, string>>): void {
  const keys = Object.keys(entries).sort();
  if (keys.length === 0) return;
  const map = setField(metadata, name, new Node('map'))!;
  for (const key of keys)
    setField(map, key, new Node('scalar', { value: entries[key]!, tag: TAG.str, style: 'single' }));
}

/** What generatorOptions say holds where the generator itself says nothing. */
export function mergedOptions(
  own: GeneratorOptions | undefined,
  general: GeneratorOptions | undefined,
): GeneratorOptions | undefined {
  if (!general) return own;
  const labels = { ...general.labels, ...own?.labels };
  const annotations = { ...general.annotations, ...own?.annotations };
  return {
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...((own?.disableNameSuffixHash || general.disableNameSuffixHash) && { disableNameSuffixHash: true }),
    ...((own?.immutable || general.immutable) && { immutable: true }),
  };
}
