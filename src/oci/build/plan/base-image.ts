import { KctlError } from '../../../lib/errors.ts';
import { catalogue } from '../../image-catalogue.ts';
import { canonicalReference, parseReference } from '../../reference.ts';
import { familiarName } from '../../store/familiar-name.ts';
import { readPlatforms, type StoredImage } from '../../store/read-image.ts';
import type { ImageStore } from '../../store/types.ts';
import { type Platform, parsePlatform, platformName } from './platform.ts';

/** An image to build on or to copy from. */
export interface BaseImage {
  /** Canonical. */
  reference: string;
  image: StoredImage;
  platform: Platform;
}

/**
 * Finds the image that a Dockerfile names. Who can pull does so where the store has none.
 * @throws KctlError `input` in docker's words
 */
export type ResolveBase = (name: string, platform: Platform, signal: AbortSignal) => Promise<BaseImage>;

/** Of the images that are in the store. */
export function storedBases(store: ImageStore): ResolveBase {
  return async (name, platform) => {
    const reference = canonical(name);
    const found = await findStored(store, name, reference);
    if (!found) throw notThere(reference);
    const there = await readPlatforms(store, found.target);
    const wanted = platformName(platform);
    const fits = there.find((one) => one.platform === wanted || one.platform.startsWith(`${wanted}/`)) ?? there[0];
    if (!fits) throw new KctlError('input', `${reference} is no image of a file system`);
    return { reference, image: fits, platform: parsePlatform(fits.platform) };
  };
}

function canonical(name: string): string {
  try {
    return canonicalReference(parseReference(name));
  } catch (cause) {
    const why = (cause as Error).message.replace(/^.*invalid reference format/, 'invalid reference format');
    throw new KctlError('input', `failed to parse stage name ${JSON.stringify(name)}: ${why}`, { cause });
  }
}

async function findStored(store: ImageStore, name: string, reference: string) {
  const byName = store.images.byName(reference);
  if (byName) return byName;
  try {
    return await store.images.find(name);
  } catch {
    return undefined;
  }
}

/** Known to the bundled cluster, which only pretends to have it. */
const isSimulated = (reference: string): boolean => {
  const { registry, repository } = parseReference(reference);
  return Object.hasOwn(catalogue, `${registry}/${repository}`);
};

function notThere(reference: string): KctlError {
  const what = `failed to resolve source metadata for ${reference}: ${reference}: not found`;
  const short = familiarName(reference);
  const hint = isSimulated(reference)
    ? `${short} is one of the simulated images of the bundled cluster: it has no files to build on. Load a real one: kctl image load -i FILE, or kctl image import ROOTFS.tar ${short}.`
    : `It is not in the image store. Load it: kctl image load -i FILE; or make one of a root file system: kctl image import ROOTFS.tar ${short}.`;
  return new KctlError('input', what, { hint });
}
