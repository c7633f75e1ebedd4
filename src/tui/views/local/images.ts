import type { TableRow } from '../../../api/meta.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { nodesOf } from '../../../oci/in-use/image-use.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import type { ImageAsked } from '../images/find-image.ts';
import { LayersPage } from '../images/layers-page.ts';
import {
  isAwaited,
  type LayerShares,
  type ListedImage,
  lastListed,
  layerShares,
  listImages,
} from '../images/listed-images.ts';
import { knownVerdict } from '../images/verdicts.ts';
import { growingSource, type LocalTable, localResource, localRow } from './local-table.ts';

export const imagesResource = { ...localResource('images', 'image', 'Image'), namespaced: false };

const columnNames = ['Name', 'Size', 'Unique', 'Layers', 'Shared', 'Verdict', 'Uses', 'Nodes', 'Stored', 'Used by'];

function rowsOf(images: readonly ListedImage[]): TableRow[] {
  const shares = layerShares(images);
  return images.map((image, at) => rowOf(image, shares[at]));
}

function rowOf(image: ListedImage, shares: LayerShares | undefined): TableRow {
  const { name, used, layers, isStored } = image;
  const absent = isAwaited(image) ? '…' : 'unknown';
  const bytes = (value: number | undefined) => (value === undefined ? absent : sizeText(value));
  const size = layers?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? used?.size?.bytes;
  const uses = used?.uses ?? [];
  const workloads = [...new Set(uses.map(({ workload }) => workload))];
  return localRow(name, [
    name,
    bytes(size),
    bytes(shares?.uniqueBytes),
    layers?.length ?? image.unknown?.short ?? absent,
    shares?.shared ?? '',
    verdictText(image),
    uses.length,
    used ? nodesOf(used).length : '',
    isStored ? 'yes' : '',
    workloads.join(', '),
  ]);
}

/** `99.8% pass`; nothing where nobody has looked into the image yet. */
function verdictText({ digests }: ListedImage): string {
  const found = digests.map(knownVerdict).find(Boolean);
  return found ? `${(found.score * 100).toFixed(1)}% ${found.verdict}` : '';
}

/** An image that was listed, as it is looked for: by what runs it where something does. */
export function askedImage(services: DashboardServices, name: string): ImageAsked {
  const { used, unknown } = lastListed(services).get(name) ?? {};
  const use = used?.uses.find(({ digest }) => digest !== '') ?? used?.uses[0];
  if (!use) return { image: name };
  const ref = { resource: findBuiltin('pods')!, namespace: use.namespace, name: use.pod };
  return { image: use.written, digest: use.digest || undefined, ref, unknown };
}

/** Names of all images that were listed last. */
export const listedImages = (services: DashboardServices): string[] => [...lastListed(services).keys()];

/** How many are still to be told of, and of how many nobody tells. */
export function awaitedText(images: readonly ListedImage[]): string[] {
  const awaited = images.filter(isAwaited).length;
  const unknown = images.filter((image) => image.unknown && !image.layers).length;
  return [
    ...(awaited > 0 ? [say('{count} still asked for', { count: awaited })] : []),
    ...(unknown > 0 ? [say('{count} unknown', { count: unknown })] : []),
  ];
}

/** Images that are in use, and by whom, and those of this machine's store; enter shows their layers. */
export const imagesTable: LocalTable = {
  resource: imagesResource,
  open(services, { argument }) {
    let images: readonly ListedImage[] = [];
    const source = growingSource(columnNames, (show, signal) =>
      listImages(services, argument, signal, (told) => {
        images = told;
        show(rowsOf(told));
      }),
    );
    return { source, notes: () => awaitedText(images) };
  },
  enter: (host, { name }) => host.push(new LayersPage(host.services, askedImage(host.services, name))),
};
