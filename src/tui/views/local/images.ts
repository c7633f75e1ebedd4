import type { TableRow } from '../../../api/meta.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { sizeText } from '../../../lib/size-text.ts';
import type { DashboardServices } from '../../services.ts';
import type { ImageAsked } from '../images/find-image.ts';
import { type KnownImage, knownImages, sharedLayers, uniqueBytes } from '../images/known-images.ts';
import { LayersPage } from '../images/layers-page.ts';
import { knownVerdict } from '../images/verdicts.ts';
import { type LocalTable, loadedSource, localResource, localRow } from './local-table.ts';

export const imagesResource = { ...localResource('images', 'image', 'Image'), namespaced: false };

const columnNames = ['Name', 'Size', 'Unique', 'Layers', 'Shared', 'Verdict', 'Uses', 'Nodes', 'Stored', 'Used by'];

/** What was last listed of each cluster: which pod's pull secrets read an image. */
const listed = new WeakMap<DashboardServices, ReadonlyMap<string, KnownImage>>();

async function imageRows(services: DashboardServices, namespace: string | undefined): Promise<TableRow[]> {
  const images = await knownImages(services, namespace);
  listed.set(services, new Map(images.map((image) => [image.name, image])));
  const unique = uniqueBytes(images);
  const shared = sharedLayers(images);
  const bytes = (value: number | undefined) => (value === undefined ? 'unknown' : sizeText(value));
  return images.map((image, at) => {
    const { name, used, layers, isStored } = image;
    const size = layers?.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? used?.sizeBytes;
    const uses = used?.uses ?? [];
    const workloads = [...new Set(uses.map(({ workload }) => workload))];
    return localRow(name, [
      name,
      bytes(size),
      bytes(unique[at]),
      layers?.length ?? '',
      shared[at] ?? '',
      verdictText(image),
      uses.length,
      used?.nodes?.length ?? '',
      isStored ? 'yes' : '',
      workloads.join(', '),
    ]);
  });
}

/** `99.8% pass`; nothing where nobody has looked into the image yet. */
function verdictText({ digests }: KnownImage): string {
  const found = digests.map(knownVerdict).find(Boolean);
  return found ? `${(found.score * 100).toFixed(1)}% ${found.verdict}` : '';
}

/** An image of the table, as it is looked for: by what runs it where something does. */
export function askedImage(services: DashboardServices, name: string): ImageAsked {
  const use = listed.get(services)?.get(name)?.used?.uses?.[0];
  if (!use) return { image: name };
  const ref = { resource: findBuiltin('pods')!, namespace: use.namespace, name: use.pod };
  return { image: name, digest: use.digest || undefined, ref };
}

/** Names of all images that were listed last. */
export const listedImages = (services: DashboardServices): string[] => [...(listed.get(services)?.keys() ?? [])];

/** Images that are in use, and by whom, and those of this machine's store; enter shows their layers. */
export const imagesTable: LocalTable = {
  resource: imagesResource,
  open: (services, { argument }) => ({ source: loadedSource(columnNames, () => imageRows(services, argument)) }),
  enter: (host, { name }) => host.push(new LayersPage(host.services, askedImage(host.services, name))),
};
