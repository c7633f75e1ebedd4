import type { KnownImage } from '../../api/image-facts.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseReference } from '../reference.ts';
import { credentialsFor, type KeyringEntry, type RegistryCredentials } from '../registry/credentials.ts';
import type { RegistryHttp } from '../registry/http.ts';
import { type OpenedImage, openRegistryImage, readRegistryImage } from '../registry/image-facts.ts';
import { Refusal } from '../registry/refusal.ts';
import type { FactsCache } from './facts-cache.ts';
import type { ImagePuller } from './node-platform.ts';
import { type GetNamed, type PullKeyring, pullKeyrings } from './pull-keyring.ts';
import { RegistryGates } from './registry-gates.ts';

export interface RegistryImagesOptions {
  http: RegistryHttp;
  /** Reads pull secrets, and the service accounts that name some. */
  get: GetNamed;
  /** Who the user of this machine is at registries; asked last. */
  user?: { credentialsFor(registry: string, repository: string): Promise<RegistryCredentials | undefined> };
  cache?: FactsCache;
  signal: AbortSignal;
  /** For one image, in ms. */
  patienceMs?: number;
}

/** Questions to one registry at a time. */
const AT_ONCE = 4;
/** Who takes longer for one image is not asked for the others. */
const PATIENCE_MS = 20_000;

/**
 * What registries say of images that pods run. They are asked as nobody first; where that is not enough, with the pull
 * secrets of who pulls, and last as the user of this machine. Manifests and configs are read, layers are not, and
 * nothing is written.
 */
export class RegistryImages {
  readonly #options: RegistryImagesOptions;
  readonly #keyrings: (puller: ImagePuller) => Promise<PullKeyring>;
  readonly #gates = new RegistryGates(AT_ONCE);
  /** Hosts that do not answer, and how: what waits for one need not wait again. */
  readonly #silent = new Map<string, string>();

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
      return { unknown: (error as KctlError).message };
    }
    return this.#gates.run(host, async () => {
      const silence = this.#silent.get(host);
      if (silence !== undefined) return { unknown: silence };
      try {
        const facts = await this.#inTime(host, (signal) =>
          this.#asEach(reference, puller, (keyring) =>
            readRegistryImage(reference, { http, platform, keyring, ...(cache && { cache }), signal }),
          ),
        );
        return { facts };
      } catch (error) {
        if (this.#options.signal.aborted || !(error instanceof KctlError)) throw error;
        const unknown = `the registry cannot be read: ${error.message}`;
        if (isOfTheHost(error)) this.#silent.set(host, unknown);
        return { unknown, ...(isAbsent(error) && { isAbsent: true }) };
      }
    });
  }

  /**
   * An image whose layers are to be read, too.
   * @throws KctlError `input` where it is not there or not what its digest says; `auth`; `connection`
   */
  open(reference: string, puller: ImagePuller): Promise<OpenedImage> {
    const { http, signal } = this.#options;
    return this.#asEach(reference, puller, (keyring) =>
      openRegistryImage(reference, { http, platform: puller.platform, keyring, signal }),
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

  async #asEach<Result>(
    reference: string,
    puller: ImagePuller,
    read: (keyring: readonly KeyringEntry[]) => Promise<Result>,
  ): Promise<Result> {
    const parsed = parseReference(reference);
    let refusal: unknown;
    try {
      return await read([]);
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
        return await read(entries);
      } catch (error) {
        if (!mayKnowMore(error)) throw error;
        refusal = error;
        tried.push(`with ${secrets.length === 1 ? 'pull secret' : 'pull secrets'} ${secrets.join(', ')}`);
      }
    }
    let locked: string[] = [];
    const user = await this.#options.user
      ?.credentialsFor(parsed.registry, parsed.repository)
      .catch((error: unknown) => {
        if (!(error instanceof KctlError)) throw error;
        locked = [error.message];
        return undefined;
      });
    if (user) {
      try {
        return await read([{ place: parsed.registry, credentials: user }]);
      } catch (error) {
        if (!mayKnowMore(error)) throw error;
        refusal = error;
        tried.push('as you are logged in here');
      }
    }
    throw withWords(refusal as KctlError, parsed.registry, [
      ...(tried.length > 0 ? [`asked without credentials, ${tried.join(', and ')}`] : []),
      ...(own || secrets.length === 0
        ? []
        : [
            `pull secret${secrets.length === 1 ? ` ${secrets[0]} is` : `s ${secrets.join(', ')} are`} for other registries`,
          ]),
      ...missing,
      ...locked,
    ]);
  }
}

/** True where somebody else may be told more: also by registries that hide what one may not see, or count by user. */
function mayKnowMore(error: unknown): boolean {
  if (!(error instanceof KctlError)) return false;
  return error.code === 'auth' || (error instanceof Refusal && (error.status === 404 || error.status === 429));
}

const isAbsent = (error: KctlError): boolean =>
  error.code === 'input' && ((error instanceof Refusal && error.status === 404) || isAbsentCause(error));

const isAbsentCause = ({ cause }: KctlError): boolean => cause instanceof Refusal && cause.status === 404;

/** True where it says of the registry, not of the image: nobody need ask again. */
function isOfTheHost(error: KctlError): boolean {
  if (error.code !== 'connection') return false;
  const refusal = [error, error.cause].find((one) => one instanceof Refusal);
  return !(refusal instanceof Refusal) || refusal.status === 429 || refusal.status === 503;
}

function withWords(error: KctlError, registry: string, words: readonly string[]): KctlError {
  const login = registry === 'docker.io' ? 'kctl login' : `kctl login ${registry}`;
  const hint = error.code === 'auth' ? `To ask as yourself: ${login}` : error.hint;
  return new KctlError(error.code, `${error.message}${words.length > 0 ? ` (${words.join('; ')})` : ''}`, {
    ...(hint !== undefined && { hint }),
    cause: error,
  });
}
