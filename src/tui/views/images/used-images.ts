import { KctlError } from '../../../lib/errors.ts';
import type { DashboardServices } from '../../services.ts';

/** An image that pods use, as `kctl images -o json` tells of it. */
export interface UsedImage {
  name: string;
  reference: string;
  digests?: string[];
  sizeBytes?: number;
  uniqueBytes?: number;
  layers?: { digest: string; sizeBytes: number; instruction: string }[];
  sharesLayersWith?: string[];
  simulated?: boolean;
  nodes?: string[];
  keptBy?: string[];
  uses?: { namespace: string; pod: string; workload: string; node?: string; digest: string }[];
}

/**
 * The images that the pods of a namespace use; of all namespaces where it is absent.
 * @throws KctlError `api` with what the command says
 */
export async function usedImages(services: DashboardServices, namespace: string | undefined): Promise<UsedImage[]> {
  const where = namespace === undefined ? ['-A'] : ['-n', namespace];
  const { code, stdout, stderr } = await services.run(['images', ...where, '-o', 'json']);
  if (code !== 0) throw new KctlError('api', stderr.trim().replace(/^error: /, '') || `kctl images ended with ${code}`);
  return stdout.trim() === '' ? [] : ((JSON.parse(stdout) as { items?: UsedImage[] }).items ?? []);
}
