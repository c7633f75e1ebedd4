import { KctlError } from '../../../lib/errors.ts';
import { catalogue } from '../../image-catalogue.ts';
import { canonicalReference, parseReference } from '../../reference.ts';
import { familiarName } from '../../store/familiar-name.ts';
import type { TypedDescriptor } from '../../store/manifest.ts';
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
    const stored = await findStored(store, name, reference);
    const there = stored ? await readPlatforms(store, stored.target) : [];
    const known = choose(there, platform);
    if (known && !(pull && always)) return { reference, image: known, platform: parsePlatform(known.platform) };
    // Also one that is there for other platforms: its registry may have it for this one.
    let refused: KctlError | undefined;
    if (pull) {
      await pull(reference, platform, say).catch((cause: unknown) => {
        if (!(cause instanceof KctlError)) throw cause;
        refused = cause;
        if (!stored || always) throw notThere(reference, cause);
      });
    }
    const found = await findStored(store, name, reference);
    if (!found) throw notThere(reference);
    return imageFor(store, reference, found.target, platform, refused);
  };
}

/**
 * Of an image that is in the store, that of the platform, or the only one.
 * @param refused why a registry did not help
 * @throws KctlError `input`
 */
export async function imageFor(
  store: ImageStore,
  reference: string,
  target: TypedDescriptor,
  platform: Platform,
  refused?: KctlError,
): Promise<BaseImage> {
  const now = await readPlatforms(store, target);
  const fits = choose(now, platform) ?? (now.length === 1 ? now[0] : undefined);
  if (fits) return { reference, image: fits, platform: parsePlatform(fits.platform) };
  if (now.length === 0) throw new KctlError('input', `${reference} is no image of a file system`);
  const what = `no match for platform ${platformName(platform)} in the manifest: not found`;
  const hint = `The image store has it for ${now.map((one) => one.platform).join(', ')}.`;
  throw notThere(reference, new KctlError('input', what, { hint, cause: refused }));
}

/** The image of this platform; where none is of the very variant, one of the architecture. */
function choose(there: readonly StoredImage[], platform: Platform): StoredImage | undefined {
  const wanted = platformName(platform);
  const named = there.map((image) => ({ image, name: platformName(parsePlatform(image.platform)) }));
  return (named.find(({ name }) => name === wanted) ?? named.find(({ name }) => name.startsWith(`${wanted}/`)))?.image;
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
