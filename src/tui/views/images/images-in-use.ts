import type { KubeObject } from '../../../api/meta.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { ApiStatusError } from '../../../api/status.ts';
import { collectImages } from '../../../oci/in-use/collect.ts';
import type { ImageUse } from '../../../oci/in-use/image-use.ts';
import { compared, learnLayers } from '../../../oci/in-use/layers.ts';
import { podImages } from '../../../oci/look-up/pod-images.ts';
import type { DashboardServices } from '../../services.ts';
import { lookUpOf } from './registry-images.ts';

/** Answers that come so close to one another are shown at once, in ms. */
const SHOW_MS = 120;

/**
 * The images that pods use: told as soon as pods are listed, and again while the cluster or registries say what their
 * layers are, until all that can be known is known.
 * @param namespace whose pods; all where absent
 * @param tell gets them whole each time; nothing is told once `signal` is aborted
 * @returns what was told last
 * @throws KctlError where pods cannot be listed
 */
export async function imagesInUse(
  services: DashboardServices,
  namespace: string | undefined,
  signal: AbortSignal,
  tell: (images: readonly ImageUse[]) => void = () => {},
): Promise<readonly ImageUse[]> {
  const list = (kind: string, scope: { namespace?: string }) => services.list(findBuiltin(kind)!, scope);
  const scope = namespace === undefined ? {} : { namespace };
  const [pods, nodes] = await Promise.all([list('pods', scope), orNothing(list('nodes', {}))]);
  const isOfJob = ({ metadata }: KubeObject) => metadata.ownerReferences?.some(({ kind }) => kind === 'Job');
  const jobs = pods.some(isOfJob) ? await orNothing(list('jobs.batch', scope)) : [];
  if (signal.aborted) return [];
  const images = collectImages(pods, nodes, jobs);
  tell(images);
  const found = [...images];
  let timer: { cancel(): void } | undefined;
  let isOver = false;
  const show = () => {
    timer = undefined;
    if (!signal.aborted) tell(compared(found));
  };
  try {
    await learnLayers(images, pods, podImages(lookUpOf(services, nodes, signal), nodes), (image, at) => {
      found[at] = image;
      // One that fails ends all; others may come after it.
      if (!isOver) timer ??= services.timing.after(SHOW_MS, show);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    isOver = true;
    timer?.cancel();
  }
  const whole = compared(found);
  if (!signal.aborted) tell(whole);
  return whole;
}

/** Nothing where one may not read it. */
async function orNothing(objects: Promise<KubeObject[]>): Promise<KubeObject[]> {
  try {
    return await objects;
  } catch (error) {
    if (error instanceof ApiStatusError && error.httpCode === 403) return [];
    throw error;
  }
}
