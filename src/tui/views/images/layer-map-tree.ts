import type { KubeObject } from '../../../api/meta.ts';
import type { LayerPull, NodePulls } from '../../../api/node-pulls.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { type LayerNode, plantForest } from '../../../oci/layers/shared-layers.ts';
import { say } from '../../words/say.ts';
import type { TreeNode } from '../pages/tree-rows.ts';
import { fullName, isAwaited, type ListedImage } from './listed-images.ts';
import { shortDigest } from './short-digest.ts';

/** Layers from the lowest up; what lies upon one hangs on it, and images on their top layer. */
export function forestRoots(images: readonly ListedImage[]): TreeNode[] {
  const uses = new Map(images.map((image) => [image.name, image]));
  const planted = images.flatMap(({ name, layers }) => (layers ? [{ names: [name], layers }] : []));
  const { roots } = plantForest(planted);
  const unknown = images.filter(({ layers }) => !layers);
  return [
    ...roots.map((root) => layerNode(root, '', uses)),
    ...unknown.map((image) => imageNode(image.name, '', image, unknownText(image))),
  ];
}

/** Why there are no layers below it; '' where there are. */
function unknownText(image: ListedImage): string {
  if (image.layers) return '';
  if (isAwaited(image)) return say('layers are asked for');
  const why = image.unknown?.short;
  return why === undefined ? say('layers not known') : say('layers not known: {why}', { why });
}

function layerNode(node: LayerNode, above: string, uses: ReadonlyMap<string, ListedImage>): TreeNode {
  const key = `${above}${node.digest}\n`;
  const sharers = imagesUpon(node);
  return {
    key,
    label: `${shortDigest(node.digest)} ${sizeText(node.sizeBytes)}`,
    ...(sharers > 1 ? { sign: '*', token: 'accent' as const } : {}),
    note: [...(sharers > 1 ? [say('shared with {count} images', { count: sharers })] : []), node.instruction].join(
      ' · ',
    ),
    children: [
      ...node.images.map((name) => imageNode(name, key, uses.get(name), '')),
      ...node.children.map((child) => layerNode(child, key, uses)),
    ],
  };
}

const imagesUpon = ({ images, children }: LayerNode): number =>
  images.length + children.reduce((sum, child) => sum + imagesUpon(child), 0);

function imageNode(name: string, above: string, image: ListedImage | undefined, note: string): TreeNode {
  const count = image?.used?.uses.length ?? 0;
  const parts = [
    note,
    count > 0 ? say('containers: {count}', { count }) : '',
    image?.isStored ? say('on this machine') : '',
    image?.used?.isSimulated ? say('simulated') : '',
  ].filter(Boolean);
  return {
    key: `${above}image:${name}`,
    lead: say('image'),
    label: name,
    token: 'text.strong',
    note: parts.join(', '),
  };
}

interface NodeImage {
  names?: string[] | null;
  sizeBytes?: number;
}

/** Nodes with the images that they keep, and the layers of these; each layer of a node counts once. */
export function nodeRoots(
  nodes: readonly KubeObject[],
  images: readonly ListedImage[],
  pulls: ReadonlyMap<string, NodePulls>,
): TreeNode[] {
  const byName = new Map(images.map((image) => [fullName(image.name), image]));
  return nodes.map((node) => {
    const name = node.metadata.name ?? '';
    const states = statesOf(pulls.get(name));
    const kept = (node.status?.images ?? []) as NodeImage[];
    const found = kept.flatMap(({ names, sizeBytes = 0 }) => {
      const known = (names ?? []).map((one) => byName.get(fullName(one))).find(Boolean);
      const label = known?.name ?? (names ?? []).find((one) => !one.includes('@')) ?? names?.[0];
      return label === undefined ? [] : [{ label, sizeBytes, known }];
    });
    const holders = new Map<string, number>();
    for (const { known } of found) {
      for (const digest of new Set((known?.layers ?? []).map((layer) => layer.digest))) {
        holders.set(digest, (holders.get(digest) ?? 0) + 1);
      }
    }
    const bytes = new Map<string, number>();
    for (const { label, sizeBytes, known } of found) {
      if (!known?.layers) bytes.set(label, sizeBytes);
      for (const layer of known?.layers ?? []) bytes.set(layer.digest, layer.sizeBytes);
    }
    const total = [...bytes.values()].reduce((sum, size) => sum + size, 0);
    const note = say('{images} images, {layers} layers, {size}', {
      images: found.length,
      layers: holders.size,
      size: sizeText(total),
    });
    const children = found.map(({ label, sizeBytes, known }): TreeNode => {
      const key = `node:${name}\nimage:${label}`;
      const image = imageNode(
        label,
        `node:${name}\n`,
        known,
        [sizeText(sizeBytes), known ? unknownText(known) : ''].filter(Boolean).join(', '),
      );
      const layers = known?.layers?.map((layer, at): TreeNode => {
        const state = states.get(layer.digest);
        const others = (holders.get(layer.digest) ?? 1) - 1;
        const parts = [
          state ? stateText(state) : '',
          others > 0 ? say('shared with {count} images', { count: others }) : '',
          layer.instruction,
        ].filter(Boolean);
        return {
          key: `${key}\nlayer:${at}`,
          label: `${shortDigest(layer.digest)} ${sizeText(layer.sizeBytes)}`,
          ...(others > 0 ? { sign: '*', token: 'accent' as const } : {}),
          note: parts.join(' · '),
        };
      });
      return { ...image, folded: true, ...(layers && { children: layers }) };
    });
    return { key: `node:${name}`, lead: say('node'), label: name, note, children };
  });
}

/** What was heard last of each layer. */
function statesOf(pulls: NodePulls | undefined): ReadonlyMap<string, LayerPull> {
  return new Map((pulls?.pulls ?? []).flatMap((pull) => pull.layers).map((layer) => [layer.digest, layer]));
}

function stateText({ state, doneBytes, sizeBytes }: LayerPull): string {
  if (state === 'pulling')
    return say('pulling, {done} of {total}', { done: sizeText(doneBytes), total: sizeText(sizeBytes) });
  const words = {
    cached: say('was there'),
    shared: say('comes with another pull'),
    waiting: say('waits'),
    pulled: say('pulled'),
  };
  return words[state];
}
