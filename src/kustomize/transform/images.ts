import { eachField, type FieldSpec } from '../config/field-spec.ts';
import type { ImageChange } from '../kustomization/types.ts';
import { goPattern } from '../resource/select.ts';
import { requireKind, setEntry } from '../tree/edit.ts';
import { entriesOf, fieldOf, isMissingOrNull, type Node, textOf } from '../tree/node.ts';
import type { Transformer } from './transformer.ts';

/** Changes name, tag or digest of images: in all lists of containers, and in the fields of `specs`. */
export function imageTransformer(change: ImageChange, specs: readonly FieldSpec[]): Transformer {
  const pattern = goPattern(`^${change.name ?? ''}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`);
  const set = (node: Node) => {
    requireKind(node, 'scalar');
    if (pattern.matcher(node.value).find()) setEntry(node, '', changedImage(node.value, change), '');
  };
  return ({ items }) => {
    const changed = items.filter(({ node }) => textOf(fieldOf(node, 'kind')) !== 'CustomResourceDefinition');
    for (const { node } of changed) inContainers(node, set);
    for (const { node } of changed) eachField(node, specs, set);
  };
}

const LISTS = new Set(['containers', 'initContainers']);

function inContainers(node: Node, set: (node: Node) => void): void {
  if (node.kind === 'seq') for (const item of node.content) inContainers(item, set);
  if (node.kind !== 'map') return;
  for (const [key, value] of entriesOf(node)) {
    inContainers(value, set);
    if (!LISTS.has(key.value) || value.kind !== 'seq') continue;
    for (const item of value.content) {
      const image = fieldOf(item, 'image');
      if (!isMissingOrNull(image)) set(image as Node);
    }
  }
}

export function changedImage(image: string, { newName, newTag, digest, tagSuffix }: ImageChange): string {
  const old = splitImage(image);
  let [tag, sum] = [old.tag, old.digest];
  if (newTag) [tag, sum] = [newTag, digest ?? ''];
  else if (digest) [tag, sum] = ['', digest];
  else if (tagSuffix) [tag, sum] = [tag + tagSuffix, ''];
  return `${newName || old.name}${tag && `:${tag}`}${sum && `@${sum}`}`;
}

/** A colon before the first slash is a registry's port. */
function splitImage(image: string): { name: string; tag: string; digest: string } {
  const slash = Math.max(image.indexOf('/'), 0);
  const at = image.indexOf('@', slash);
  const colon = image.indexOf(':', slash);
  if (at >= 0 && (colon < 0 || at < colon)) return { name: image.slice(0, at), tag: '', digest: image.slice(at + 1) };
  if (colon < 0) return { name: image, tag: '', digest: '' };
  const end = at < 0 ? image.length : at;
  return { name: image.slice(0, colon), tag: image.slice(colon + 1, end), digest: at < 0 ? '' : image.slice(at + 1) };
}
