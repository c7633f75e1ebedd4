import type { ImageFacts, KnownImage } from '../../api/image-facts.ts';
import { KctlError } from '../../lib/errors.ts';
import { canonicalReference, parseReference } from '../reference.ts';
import type { OpenedImage } from '../registry/image-facts.ts';
import { type ImagePuller, nodePlatformText } from './node-platform.ts';
import { pullerKey } from './pull-keyring.ts';
import { RegistryGates } from './registry-gates.ts';
import type { RegistryImages } from './registry-images.ts';
import { type RunningImage, runningImage } from './running-image.ts';

export interface LookUpWorld {
  /** What the cluster itself says of an image; undefined: it knows none of this name. */
  ownFacts(reference: string): Promise<ImageFacts | undefined>;
  /** It is the bundled one, which knows all that its nodes do; undefined: nobody says, and it is asked first. */
  isOwn: boolean | undefined;
  /** Those that are asked where the cluster does not know; absent: none is. */
  registries?: () => Promise<RegistryImages>;
}

/** Questions to the cluster at a time. */
const OWN_AT_ONCE = 8;

/**
 * Looks up images for everything that shows layers: the bundled cluster tells itself; of all others manifest and config
 * are read from the image's registry. Nothing is asked twice.
 */
export class ImageLookUp {
  readonly #world: LookUpWorld;
  readonly #own = new RegistryGates(OWN_AT_ONCE);
  readonly #asked = new Map<string, Promise<KnownImage>>();
  /** Whoever asked last for a name: what one was told is so for all. */
  readonly #last = new Map<string, Promise<KnownImage>>();

  constructor(world: LookUpWorld) {
    this.#world = world;
  }

  /** What a name means now. */
  named(reference: string, puller: ImagePuller): Promise<KnownImage> {
    const name = `${nodePlatformText(puller.platform)} ${reference}`;
    const key = `${name} ${pullerKey(puller)}`;
    const known = this.#asked.get(key);
    if (known) return known;
    const before = this.#last.get(name);
    const answer = (async () => {
      const told = await before;
      return told && 'facts' in told ? told : this.#ask(reference, puller);
    })();
    this.#asked.set(key, answer);
    this.#last.set(name, answer);
    return answer;
  }

  /**
   * The image that a container was made from, whatever its tag means by now.
   * @param imageId of the container's status; '' where nothing was made yet: then what the name means
   */
  async running(image: string, imageId: string, puller: ImagePuller): Promise<KnownImage> {
    const running = runningImage(imageId);
    if (!running) return this.named(image, puller);
    // The bundled cluster knows its images by the names that it gives them.
    const names = this.#world.isOwn ? pinnedNames(running.name ?? '', running) : pinnedNames(image, running);
    let silence: KnownImage | undefined;
    for (const name of names) {
      const told = await this.named(name, puller);
      if ('facts' in told) return told;
      if (!told.isAbsent) silence ??= told;
    }
    // Nobody who does not tell of the digest will tell what the tag means.
    if (silence && !this.#world.isOwn) return silence;
    const named = await this.named(image, puller);
    if (!('facts' in named) || this.#world.isOwn || isSame(named.facts, running)) return named;
    return { unknown: gone(image, running), short: 'replaced', isAbsent: true };
  }

  /**
   * An image of a registry, to read its layers; the note says where it may be another one than what runs.
   * @throws KctlError
   */
  async open(image: string, imageId: string, puller: ImagePuller): Promise<OpenedImage & { isOther: boolean }> {
    const registries = await this.#world.registries?.();
    if (!registries) throw new KctlError('input', 'registries were not asked');
    const running = runningImage(imageId);
    for (const name of running ? pinnedNames(image, running) : []) {
      try {
        return { ...(await registries.open(name, puller)), isOther: false };
      } catch (error) {
        if (!(error instanceof KctlError && error.code === 'input')) throw error;
      }
    }
    const opened = await registries.open(image, puller);
    return { ...opened, isOther: running !== undefined && !isSame(opened.facts, running) };
  }

  async #ask(reference: string, puller: ImagePuller): Promise<KnownImage> {
    const { isOwn, ownFacts, registries } = this.#world;
    // Where nobody says what the nodes are, the server is asked whether it is one that knows.
    const told = isOwn === false ? undefined : await this.#own.run('', () => ownFacts(reference));
    if (told) return { facts: told };
    if (isOwn) return { unknown: 'the cluster knows no such image', short: 'not found', isAbsent: true };
    if (!registries) return { unknown: 'registries were not asked', short: 'not asked' };
    return (await registries()).facts(reference, puller);
  }
}

/** Names of what runs, in the repository that the pod names first: that is what its pull secrets are for. */
function pinnedNames(image: string, { name, digest }: RunningImage): string[] {
  // The image's id is that of its config, which no registry knows it by.
  if (name === undefined) return [];
  const names = [image, name].flatMap((one) => {
    try {
      const { registry, repository } = parseReference(one);
      return canonicalReference({ registry, repository, tag: undefined, digest });
    } catch {
      return [];
    }
  });
  return [...new Set(names)];
}

function isSame(facts: ImageFacts & { digests?: readonly string[]; id?: string }, { digest }: RunningImage): boolean {
  return facts.simulated || [facts.digest, facts.id, facts.run?.id, ...(facts.digests ?? [])].includes(digest);
}

const SHORT_DIGEST = 12;

function gone(image: string, { digest }: RunningImage): string {
  const short = digest.replace('sha256:', '').slice(0, SHORT_DIGEST);
  return `the registry has another image by now: ${image} was ${short} when it was pulled`;
}
