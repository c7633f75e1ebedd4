import type { KnownImage } from '../../api/image-facts.ts';
import { KctlError } from '../../lib/errors.ts';
import { type ImageReference, parseReference } from '../reference.ts';
import { credentialsFor } from '../registry/credentials.ts';
import { type ImageAsked, type OpenedImage, openRegistryImage, readRegistryImage } from '../registry/image-facts.ts';
import { Refusal } from '../registry/refusal.ts';
import { routeTo } from '../transfer/pull-source.ts';
import type { RegistryAccess } from '../transfer/registry-access.ts';
import type { FactsCache } from './facts-cache.ts';
import type { ImagePuller } from './node-platform.ts';
import { type GetNamed, type PullKeyring, pullKeyrings } from './pull-keyring.ts';
import { RegistryGates } from './registry-gates.ts';
import { refusalIn, shortReason } from './short-reason.ts';

/** `credentials`: who the user of this machine is at registries, asked last; `route`: mirrors, asked first. */
export interface RegistryImagesOptions extends Pick<RegistryAccess, 'http' | 'credentials' | 'route'> {
  /** Reads pull secrets, and the service accounts that name some. */
  get: GetNamed;
  cache?: FactsCache;
  signal: AbortSignal;
  /** For one try to read an image, in ms. */
  patienceMs?: number;
}

/** Questions to one registry at a time. */
const AT_ONCE = 4;
/** Who takes longer for one image is not asked for the others. */
const PATIENCE_MS = 20_000;

type ReadAs<Result> = (as: Pick<ImageAsked, 'keyring' | 'place'>) => Promise<Result>;

/**
 * What registries say of images that pods run. Mirrors that the user has for a registry are asked before it, and
 * are told nothing that is for it. Registries are asked as nobody first; where that is not enough, with the pull
 * secrets of who pulls, and last as the user of this machine. Manifests and configs are read, layers are not, and
 * nothing is written.
 */
export class RegistryImages {
  readonly #options: RegistryImagesOptions;
  readonly #keyrings: (puller: ImagePuller) => Promise<PullKeyring>;
  readonly #gates = new RegistryGates(AT_ONCE);
  /** Hosts that do not answer, and how: what waits for one need not wait again. */
  readonly #silent = new Map<string, KnownImage>();

  constructor(options: RegistryImagesOptions) {
    this.#options = options;
    this.#keyrings = pullKeyrings(options.get);
  }

  /** Never rejects for what an image, its name or its registry is like. */
  async facts(reference: string, puller: ImagePuller): Promise<KnownImage> {
    const { http, cache } = this.#options;
    const { platform } = puller;
    let host: string;
    try {
      host = parseReference(reference).registry;
    } catch (error) {
      return { unknown: (error as KctlError).message, short: 'no such name' };
    }
    return this.#gates.run(host, async () => {
      const silence = this.#silent.get(host);
      if (silence) return silence;
      try {
        const facts = await this.#fromEach(reference, puller, (as) =>
          this.#inTime(as.place?.mirror?.address.host ?? host, (signal) =>
            readRegistryImage(reference, { http, platform, ...as, ...(cache && { cache }), signal }),
          ),
        );
        return { facts };
      } catch (error) {
        if (this.#options.signal.aborted || !(error instanceof KctlError)) throw error;
        if (isOfTheHost(error)) this.#silent.set(host, unknownFor(error));
        return { ...unknownFor(error), ...(isAbsent(error) && { isAbsent: true }) };
      }
    });
  }

  /**
   * An image whose layers are to be read, too.
   * @throws KctlError `input` where it is not there or not what its digest says; `auth`; `connection`; `config` where it is
   *   forbidden
   */
  open(reference: string, puller: ImagePuller): Promise<OpenedImage> {
    const { http, signal } = this.#options;
    return this.#fromEach(reference, puller, (as) =>
      openRegistryImage(reference, { http, platform: puller.platform, ...as, signal }),
    );
  }

  async #inTime<Result>(host: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { signal, patienceMs = PATIENCE_MS } = this.#options;
    const late = AbortSignal.timeout(patienceMs);
    try {
      return await work(AbortSignal.any([signal, late]));
    } catch (error) {
      if (!late.aborted || signal.aborted) throw error;
      throw new KctlError('connection', `${host} takes more than ${patienceMs / 1000} s for one image`, {
        cause: error,
      });
    }
  }

  /** From the mirrors in their order, and from the registry unless the last of them stands for it. */
  async #fromEach<Result>(reference: string, puller: ImagePuller, read: ReadAs<Result>): Promise<Result> {
    const parsed = parseReference(reference);
    const { registry, repository, digest } = parsed;
    const { credentials } = this.#options;
    const { mirrors, isOnly } = routeTo(registry, repository, this.#options);
    const tried: string[] = [];
    for (const mirror of mirrors) {
      const isLast = isOnly === true && mirror === mirrors.at(-1);
      const { host } = mirror.address;
      if (!isLast && ((mirror.digestOnly && !digest) || this.#silent.has(host))) continue;
      const own = mirror.repository ?? repository;
      // A mirror is another host: what is known for the registry is not for it.
      const place = { mirror, repository: own, ...(credentials && { credentials: () => credentials(host, own) }) };
      try {
        return await read({ place });
      } catch (error) {
        if (isLast || this.#options.signal.aborted || !(error instanceof KctlError)) throw error;
        if (isOfTheHost(error)) this.#silent.set(host, unknownFor(error));
        // Most messages begin with the host.
        tried.push(`mirror ${error.message.startsWith(host) ? '' : `${host}: `}${error.message}`);
      }
    }
    try {
      return await this.#asEach(parsed, puller, read);
    } catch (error) {
      if (!(error instanceof KctlError) || tried.length === 0) throw error;
      throw withWords(error, tried);
    }
  }

  async #asEach<Result>(parsed: ImageReference, puller: ImagePuller, read: ReadAs<Result>): Promise<Result> {
    let refusal: unknown;
    try {
      return await read({});
    } catch (error) {
      // Secrets are read for those only who want to see them.
      if (!mayKnowMore(error)) throw error;
      refusal = error;
    }
    const { entries, secrets, missing } = await this.#keyrings(puller);
    const own = credentialsFor(parsed, entries).length > 0;
    const tried: string[] = [];
    if (own) {
      try {
        return await read({ keyring: entries });
      } catch (error) {
        if (!mayKnowMore(error)) throw error;
        refusal = error;
        tried.push(`with ${secrets.length === 1 ? 'pull secret' : 'pull secrets'} ${secrets.join(', ')}`);
      }
    }
    let locked: string[] = [];
    const user = await this.#options.credentials?.(parsed.registry, parsed.repository).catch((error: unknown) => {
      if (!(error instanceof KctlError)) throw error;
      locked = [error.message];
      return undefined;
    });
    if (user) {
      try {
        return await read({ keyring: [{ place: parsed.registry, credentials: user }] });
      } catch (error) {
        if (!mayKnowMore(error)) throw error;
        refusal = error;
        tried.push('as you are logged in here');
      }
    }
    const names = secrets.join(', ');
    const words = [
      ...(tried.length > 0 ? [`asked without credentials, ${tried.join(', and ')}`] : []),
      ...(own || names === ''
        ? []
        : [`pull secret${secrets.length === 1 ? ` ${names} is` : `s ${names} are`} for other registries`]),
      ...missing,
      ...locked,
    ];
    const { code, hint } = refusal as KctlError;
    const login = parsed.registry === 'docker.io' ? 'kctl login' : `kctl login ${parsed.registry}`;
    throw withWords(refusal as KctlError, words, code === 'auth' ? `To ask as yourself: ${login}` : hint);
  }
}

/** True where somebody else may be told more: also by registries that hide what one may not see, or count by user. */
function mayKnowMore(error: unknown): boolean {
  if (!(error instanceof KctlError)) return false;
  return error.code === 'auth' || (error instanceof Refusal && (error.status === 404 || error.status === 429));
}

const unknownFor = (error: KctlError): KnownImage => ({
  ...{ unknown: `the registry cannot be read: ${error.message}`, short: shortReason(error) },
  ...(error.hint !== undefined && { hint: error.hint }),
});

const isAbsent = (error: KctlError): boolean => error.code === 'input' && refusalIn(error)?.status === 404;

/** True where it says of the host, not of the image: nobody need ask again. */
function isOfTheHost(error: KctlError): boolean {
  if (error.code !== 'connection') return false;
  const refusal = refusalIn(error);
  return !refusal || refusal.status === 429 || refusal.status === 503;
}

function withWords(error: KctlError, words: readonly string[], hint = error.hint): KctlError {
  return new KctlError(error.code, `${error.message}${words.length > 0 ? ` (${words.join('; ')})` : ''}`, {
    ...(hint !== undefined && { hint }),
    cause: error,
  });
}
