import { basename, posix } from 'node:path';
import { failed } from '../failure.ts';
import { decode } from '../kustomization/decode.ts';
import { plainData } from '../kustomization/read.ts';
import type { Selector } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { selectResources } from '../resource/select.ts';
import { requireKind, setScalar } from '../tree/edit.ts';
import { scalarNode } from '../tree/node.ts';
import { lookup, splitPath } from '../tree/path.ts';
import { setNamespace } from './namespace.ts';
import type { Transformer } from './transformer.ts';

interface ValueTarget {
  selector?: Selector;
  fieldPath?: string;
  filePathPosition?: number;
}

export interface ValueAddConfig {
  value?: string;
  targets?: ValueTarget[];
  targetFilePath?: string;
}

/** ValueAddTransformer: puts one value into fields, or into paths that fields hold. @throws KctlError `input` */
export async function valueAddTransformer(config: ValueAddConfig, loader: Loader): Promise<Transformer> {
  const value = config.value?.trim() || basename(loader.root);
  const targets = [...(config.targets ?? []), ...(await moreTargets(config.targetFilePath, loader))];
  if (targets.length === 0) throw failed('must specify at least one target');
  for (const { fieldPath = '', filePathPosition = 0 } of targets) {
    if (fieldPath === '') throw failed('fieldPath cannot be empty');
    if (filePathPosition < 0) throw failed(`value of FilePathPosition (${filePathPosition}) cannot be negative`);
  }
  return ({ items }) => {
    for (const { selector, fieldPath = '', filePathPosition = 0 } of targets) {
      for (const resource of selector ? selectResources(items, selector) : items) {
        if (fieldPath === 'metadata/namespace') setNamespace(resource, { namespace: value, specs: [] });
        else {
          const field = lookup(resource.node, splitPath(fieldPath, '/'), 'scalar')!;
          requireKind(field, 'scalar');
          const text = filePathPosition > 0 ? insertPart(field.value, filePathPosition - 1, value) : value;
          setScalar(field, scalarNode(text));
        }
      }
    }
  };
}

async function moreTargets(path: string | undefined, loader: Loader): Promise<ValueTarget[]> {
  if (!path) return [];
  const data = plainData(await loader.loadText(path));
  return decode<ValueAddConfig>(data, 'ValueAddTransformer', { strict: false }).targets ?? [];
}

/** Puts a part into a path, before the part at `position`. */
export function insertPart(path: string, position: number, part: string): string {
  const isAbsolute = path.startsWith('/');
  const parts = path.split('/').filter((each) => each !== '');
  parts.splice(Math.min(position, parts.length), 0, part);
  return (isAbsolute ? '/' : '') + posix.join(...parts);
}
