import type { ImageFacts } from '../../api/image-facts.ts';
import { KctlError } from '../../lib/errors.ts';
import { catalogue } from '../../oci/image-catalogue.ts';
import { canonicalReference, type ImageReference, parseReference } from '../../oci/reference.ts';
import { credentialsFor, type KeyringEntry, type RegistryCredentials } from '../../oci/registry/credentials.ts';
import { TOKEN_PATH } from '../../oci/server/authentication.ts';
import type { CheckPassword } from '../../oci/server/passwords.ts';
import { simulatedImage } from '../../oci/simulated-images.ts';
import type { TypedDescriptor } from '../../oci/store/manifest.ts';
import { storedFacts } from '../../oci/store/stored-facts.ts';
import type { BundledRegistry } from './bundled-registry.ts';

/** What simulated nodes run. */
const PLATFORM = 'linux/amd64';
/** Facts of so many images are kept, and what so many names mean. */
const MOST_KNOWN = 500;

interface Found {
  target: TypedDescriptor;
  /** It was found in the registry: who may not read there may not have it. */
  inRegistry: boolean;
}

/**
 * What a pull brings: images of the bundled registry and of the user's image store with their real layers, and
 * simulated ones for all other names. What a name means is looked up anew whenever the store has changed.
 */
export class ClusterImages {
  readonly #registry: () => BundledRegistry | undefined;
  #version = '';
  #looked = false;
  readonly #meanings = new Map<string, Found | undefined | 'simulated'>();
  /** By reference and digest; content never changes. */
  readonly #facts = new Map<string, ImageFacts>();

  constructor(registry: () => BundledRegistry | undefined) {
    this.#registry = registry;
  }

  /** What the name means now; undefined where it cannot be pulled. Shared, not to be changed. */
  facts(reference: string): ImageFacts | undefined {
    const registry = this.#registry();
    const found = registry ? this.#meaning(reference, registry) : 'simulated';
    if (found === 'simulated') return simulatedImage(reference);
    if (!found || !registry) return undefined;
    const key = `${found.target.digest} ${reference}`;
    const known = this.#facts.get(key);
    if (known) return known;
    try {
      const name = canonicalReference(parseReference(reference));
      const facts = storedFacts(registry.store, found.target, name, PLATFORM);
      if (this.#facts.size >= MOST_KNOWN) this.#facts.clear();
      this.#facts.set(key, facts);
      return facts;
    } catch (error) {
      // A blob of it is gone or damaged, or it is no image: it cannot be pulled.
      if (error instanceof KctlError) return undefined;
      throw error;
    }
  }

  /**
   * Why a kubelet with these credentials may not pull it, in containerd's words (core/remotes/docker/authorizer.go);
   * undefined: it may, or there is nothing to pull.
   * @param keyring asked for only where somebody has to say who they are
   */
  refusal(reference: string, keyring: () => readonly KeyringEntry[]): string | undefined {
    const asked = this.#asked(reference, keyring);
    // What is still being worked out does not let in; `prepare` is there so that nothing is.
    if (!asked || asked.candidates.some((candidate) => isLetIn(asked.check, candidate) === true)) return undefined;
    const { parsed, host, candidates } = asked;
    const name = pulledName(parsed);
    const scope = encodeURIComponent(`repository:${parsed.repository}:pull`);
    const token = `http://${host}${TOKEN_PATH}?scope=${scope}&service=kctl`;
    const what = candidates.length > 0 ? 'oauth' : 'anonymous';
    return `failed to pull and unpack image "${name}": failed to resolve reference "${name}": failed to authorize: failed to fetch ${what} token: unexpected status from GET request to ${token}: 401 Unauthorized`;
  }

  /**
   * Has passwords that are slow to check checked, so that `refusal` can answer at once.
   * @returns undefined where there is nothing to wait for
   */
  prepare(reference: string, keyring: () => readonly KeyringEntry[]): Promise<unknown> | undefined {
    const asked = this.#asked(reference, keyring);
    const slow = (asked?.candidates ?? []).flatMap((candidate) => {
      const answer = isLetIn(asked!.check, candidate);
      return typeof answer === 'boolean' ? [] : [answer];
    });
    return slow.length > 0 ? Promise.all(slow) : undefined;
  }

  /** Who would have to say who they are, and as whom they can; undefined where nobody has to. */
  #asked(reference: string, keyring: () => readonly KeyringEntry[]) {
    const registry = this.#registry();
    const check = registry?.checkPassword();
    if (!registry || !check) return undefined;
    const parsed = parse(reference);
    if (!parsed) return undefined;
    const found = this.#meaning(reference, registry);
    const isThere = registry.hosts().includes(parsed.registry);
    // Who may not read is not told what is there.
    if (!isThere && !(typeof found === 'object' && found.inRegistry)) return undefined;
    const host = isThere ? parsed.registry : (registry.hosts()[0] ?? '');
    const candidates = credentialsFor({ registry: host, repository: parsed.repository }, keyring());
    return { check, parsed, host, candidates };
  }

  /** Whether the store has changed: thousands of pods ask in one turn of the event loop, in which nobody could see it. */
  #look({ store }: BundledRegistry): void {
    if (this.#looked) return;
    this.#looked = true;
    setImmediate(() => {
      this.#looked = false;
    }).unref();
    const version = store.version();
    if (version !== this.#version) this.#meanings.clear();
    this.#version = version;
  }

  #meaning(reference: string, registry: BundledRegistry): Found | undefined | 'simulated' {
    this.#look(registry);
    if (this.#meanings.size >= MOST_KNOWN) this.#meanings.clear();
    if (this.#meanings.has(reference)) return this.#meanings.get(reference);
    const parsed = parse(reference);
    const meaning = parsed ? lookUp(parsed, registry) : undefined;
    this.#meanings.set(reference, meaning);
    return meaning;
  }
}

/** What the registry says to them; false where it has no time to say it. */
function isLetIn(check: CheckPassword, { username, password }: RegistryCredentials): boolean | Promise<boolean> {
  if (username === undefined || password === undefined) return false;
  try {
    return check(username, password);
  } catch {
    return false;
  }
}

/** `registry/repository@digest`, or with its tag, as containerd names what it pulls. */
const pulledName = ({ registry, repository, tag, digest }: ImageReference): string =>
  `${registry}/${repository}${digest ? `@${digest}` : `:${tag ?? 'latest'}`}`;

function parse(reference: string): ImageReference | undefined {
  try {
    return parseReference(reference);
  } catch {
    return undefined;
  }
}

function lookUp(parsed: ImageReference, { store, hosts }: BundledRegistry): Found | undefined | 'simulated' {
  const isRegistry = hosts().includes(parsed.registry);
  const pushed = () => inRepositories(parsed, store, isRegistry);
  const local = () => amongImages(parsed, store);
  // What was pushed counts where the name says so; what somebody has just built counts before what was pushed once.
  const found = isRegistry ? (pushed() ?? local()) : (local() ?? pushed());
  if (found) return found;
  if (isRegistry) return undefined;
  const name = `${parsed.registry}/${parsed.repository}`;
  // Other tags of it are known: this one is missing, and not one of those that are made up.
  const isOwn =
    catalogue[name] === undefined &&
    (repositoriesOf(parsed, false).some((one) => store.repositories.manifests(one).length > 0) ||
      store.images.list().some(({ names }) => names.some((one) => one.startsWith(`${name}:`))));
  return isOwn ? undefined : 'simulated';
}

/** The repositories of the registry that a name may mean: with docker.io's `library/` people leave out, or without. */
function repositoriesOf({ registry, repository }: ImageReference, isRegistry: boolean): string[] {
  if (isRegistry) return [repository];
  if (registry !== 'docker.io') return [];
  return repository.startsWith('library/') ? [repository, repository.slice('library/'.length)] : [repository];
}

function inRepositories(
  parsed: ImageReference,
  { repositories }: BundledRegistry['store'],
  isRegistry: boolean,
): Found | undefined {
  const wanted = parsed.digest ?? parsed.tag ?? 'latest';
  for (const repository of repositoriesOf(parsed, isRegistry)) {
    const found = repositories.manifest(repository, wanted);
    if (!found) continue;
    const { digest, mediaType, size } = found;
    return { target: { digest, mediaType, size }, inRegistry: true };
  }
  return undefined;
}

function amongImages(parsed: ImageReference, { images }: BundledRegistry['store']): Found | undefined {
  const named = images.byName(canonicalReference(parsed));
  if (named) return { target: named.target, inRegistry: false };
  const { digest } = parsed;
  if (!digest) return undefined;
  const prefix = `${parsed.registry}/${parsed.repository}`;
  const isCalledSo = (name: string) => name.startsWith(`${prefix}:`) || name.startsWith(`${prefix}@`);
  // One whose names have gone to newer ones is still the one of that digest.
  const pinned = images
    .list()
    .find(({ target, names }) => target.digest === digest && (names.length === 0 || names.some(isCalledSo)));
  return pinned && { target: pinned.target, inRegistry: false };
}
