import type { TableRow } from '../../../api/meta.ts';
import { KctlError } from '../../../lib/errors.ts';
import { sizeText } from '../../../lib/size-text.ts';
import type { DashboardServices } from '../../services.ts';
import { LayersPage } from '../images/layers-page.ts';
import { type LocalTable, loadedSource, localResource, localRow } from './local-table.ts';

export const imagesResource = { ...localResource('images', 'image', 'Image'), namespaced: false };

/** What `kctl images -o json` says of an image. */
interface ImageItem {
  name: string;
  sizeBytes?: number;
  uniqueBytes?: number;
  layers?: unknown[];
  uses?: { namespace: string; workload: string; digest: string }[];
}

async function imageRows(services: DashboardServices, namespace: string | undefined): Promise<TableRow[]> {
  const where = namespace === undefined ? ['-A'] : ['-n', namespace];
  const { code, stdout, stderr } = await services.run(['images', ...where, '-o', 'json']);
  if (code !== 0) throw new KctlError('api', stderr.trim().replace(/^error: /, '') || `kctl images ended with ${code}`);
  const { items = [] } = JSON.parse(stdout) as { items?: ImageItem[] };
  return items.map(({ name, sizeBytes, uniqueBytes, layers, uses = [] }) => {
    const workloads = [...new Set(uses.map(({ workload }) => workload))];
    const bytes = (value: number | undefined) => (value === undefined ? 'unknown' : sizeText(value));
    const cells = [name, bytes(sizeBytes), bytes(uniqueBytes), layers?.length ?? '', uses.length, workloads.join(', ')];
    return localRow(name, cells);
  });
}

/** Images that are in use, and by whom; enter shows their layers. */
export const imagesTable: LocalTable = {
  resource: imagesResource,
  open: (services, { argument }) => ({
    source: loadedSource(['Name', 'Size', 'Unique', 'Layers', 'Uses', 'Used by'], () => imageRows(services, argument)),
  }),
  enter: (host, { name }) => host.push(new LayersPage(host.services, { image: name })),
};
