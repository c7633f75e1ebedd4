import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { CredentialHelper } from './credential-helper.ts';
import { credentialsFor, type KeyringEntry, type RegistryCredentials, readDockerConfig } from './credentials.ts';

type Environment = Record<string, string | undefined>;

interface ConfigFile {
  path: string;
  /** The whole of it: what is not ours is kept. */
  content: Record<string, unknown>;
  entries: KeyringEntry[];
  credHelpers: Readonly<Record<string, unknown>>;
  credsStore: string | undefined;
}

/** What was kept, and where: for the message. */
export interface KeptAt {
  /** A file, or the name of a helper's program. */
  place: string;
  isPlain: boolean;
}

/**
 * Who the user is at registries, as docker and podman know it: `auths`, `credHelpers` and `credsStore` of
 * `$REGISTRY_AUTH_FILE`, else of `$DOCKER_CONFIG/config.json` (`~/.docker/config.json`), then of podman's `auth.json`.
 */
export class DockerConfig {
  readonly #env: Environment;
  readonly #signal: AbortSignal | undefined;
  /** A helper is asked once for each registry: it may ask its user in turn. */
  readonly #asked = new Map<string, Promise<RegistryCredentials | undefined>>();

  constructor(env: Environment, signal?: AbortSignal) {
    this.#env = env;
    this.#signal = signal;
  }

  /**
   * undefined: nobody is known there.
   * @throws KctlError `config` for a file that cannot be read, `auth` for a helper that fails
   */
  credentialsFor(registry: string, repository: string): Promise<RegistryCredentials | undefined> {
    const key = `${registry} ${repository}`;
    const known = this.#asked.get(key) ?? this.#find(registry, repository);
    this.#asked.set(key, known);
    return known;
  }

  /** Keeps who the user is at a registry, in a helper where one is named, else in a file of its owner only. */
  async keep(registry: string, credentials: RegistryCredentials): Promise<KeptAt> {
    const file = this.#own();
    const helper = this.#helperFor(file, registry);
    if (helper) {
      await helper.store(serverOf(registry), credentials);
      return { place: `docker-credential-${helper.name}`, isPlain: false };
    }
    const { username = '', password = '', identityToken } = credentials;
    const auth = Buffer.from(`${username}:${identityToken ? '' : password}`).toString('base64');
    const entry = { auth, ...(identityToken && { identitytoken: identityToken }) };
    this.#write(file, { ...authsOf(file), [serverOf(registry)]: entry });
    return { place: file.path, isPlain: true };
  }

  /** False where nobody was known there. */
  async forget(registry: string): Promise<boolean> {
    const file = this.#own();
    const helper = this.#helperFor(file, registry);
    const server = serverOf(registry);
    const known = helper ? (await helper.get(server)) !== undefined : false;
    if (helper && known) await helper.erase(server);
    const auths = authsOf(file);
    const keys = Object.keys(auths).filter((key) =>
      readDockerConfig(JSON.stringify({ auths: { [key]: { auth: 'YTpi' } } })).some(({ place }) => place === registry),
    );
    if (keys.length === 0) return known;
    this.#write(file, Object.fromEntries(Object.entries(auths).filter(([key]) => !keys.includes(key))));
    return true;
  }

  async #find(registry: string, repository: string): Promise<RegistryCredentials | undefined> {
    for (const path of readPaths(this.#env)) {
      const file = read(path);
      if (!file) continue;
      const helper = this.#helperFor(file, registry);
      const found =
        (await helper?.get(serverOf(registry))) ?? credentialsFor({ registry, repository }, file.entries)[0];
      if (found) return found;
    }
    return undefined;
  }

  #helperFor(file: ConfigFile, registry: string): CredentialHelper | undefined {
    const { credHelpers, credsStore } = file;
    const own = Object.hasOwn(credHelpers, registry)
      ? credHelpers[registry]
      : registry === 'docker.io'
        ? (credHelpers['index.docker.io'] ?? credHelpers[serverOf(registry)])
        : undefined;
    const name = typeof own === 'string' && own !== '' ? own : credsStore;
    return name ? new CredentialHelper(name, { env: this.#env, signal: this.#signal }) : undefined;
  }

  #own(): ConfigFile {
    const path = writePath(this.#env);
    return read(path) ?? { path, content: {}, entries: [], credHelpers: {}, credsStore: undefined };
  }

  #write({ path, content }: ConfigFile, auths: Record<string, unknown>): void {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // A link to the file stays one.
      replaceFile(realPath(path), `${JSON.stringify({ ...content, auths }, null, '\t')}\n`);
    } catch (cause) {
      throw new KctlError('config', `cannot write ${path}: ${(cause as Error).message}`, { cause });
    }
  }
}

/** What helpers and files call a registry. */
function serverOf(registry: string): string {
  return registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
}

function authsOf({ content }: ConfigFile): Record<string, unknown> {
  const { auths } = content;
  return typeof auths === 'object' && auths !== null ? (auths as Record<string, unknown>) : {};
}

function writePath(env: Environment): string {
  return env.REGISTRY_AUTH_FILE || join(env.DOCKER_CONFIG || join(home(env), '.docker'), 'config.json');
}

/** In the order in which they count. */
function readPaths(env: Environment): string[] {
  if (env.REGISTRY_AUTH_FILE) return [env.REGISTRY_AUTH_FILE];
  return [
    writePath(env),
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json')] : []),
    join(env.XDG_CONFIG_HOME || join(home(env), '.config'), 'containers', 'auth.json'),
  ];
}

const home = (env: Environment): string => env.HOME || homedir();

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** undefined where it is not there. @throws KctlError `config` */
function read(path: string): ConfigFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new KctlError('config', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  let content: unknown;
  try {
    content = text.trim() === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw new KctlError('config', `${path} is not JSON`, { cause });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new KctlError('config', `${path} is no docker configuration`);
  }
  const { auths, credHelpers, credsStore } = content as Record<string, unknown>;
  return {
    path,
    content: content as Record<string, unknown>,
    entries: readDockerConfig(JSON.stringify({ auths: auths ?? {} })),
    credHelpers:
      typeof credHelpers === 'object' && credHelpers !== null ? (credHelpers as Record<string, unknown>) : {},
    credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
  };
}
