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
export type ResolveBase = (
  name: string,
  platform: Platform,
  signal: AbortSignal,
  say: (text: string) => void,
) => Promise<BaseImage>;

/** Brings an image into the store. @param say told of what takes long */
export type Pull = (reference: string, platform: Platform, say: (text: string) => void) => Promise<void>;

/**
 * Of the images that are in the store.
 * @param pull brings those that are not
 * @param always asks the registry first, also for those that are there
 */
export function storedBases(store: ImageStore, pull?: Pull, always = false): ResolveBase {
  return async (name, platform, _signal, say) => {
    const reference = canonical(name);
    if (pull && (always || !(await findStored(store, name, reference)))) {
      await pull(reference, platform, say).catch((cause: unknown) => {
        throw cause instanceof KctlError ? notThere(reference, cause) : cause;
      });
    }
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

function notThere(reference: string, cause?: KctlError): KctlError {
  const what = `failed to resolve source metadata for ${reference}: ${cause?.message ?? `${reference}: not found`}`;
  const short = familiarName(reference);
  const load = `kctl image load -i FILE, or kctl image import ROOTFS.tar ${short}.`;
  const hint = isSimulated(reference)
    ? `${short} is one of the simulated images of the bundled cluster: it has no files to build on. Load a real one: ${load}`
    : (cause?.hint ?? `It is not in the image store. Load it: ${load}`);
  return new KctlError('input', what, { hint, cause });
}
