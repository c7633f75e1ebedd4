import type { ImageReference } from '../reference.ts';

/** What a registry knows somebody by. */
export interface RegistryCredentials {
  username?: string;
  password?: string;
  /** For a token server, in place of a password. */
  identityToken?: string;
  /** For the registry itself. */
  registryToken?: string;
}

/** One entry of a docker configuration. */
export interface KeyringEntry {
  /** Host, with the first parts of a path where it is for these only: `ghcr.io/team`; `*` stands for a part of the host. */
  place: string;
  credentials: RegistryCredentials;
}

interface AuthEntry {
  auth?: string;
  username?: string;
  password?: string;
  identitytoken?: string;
  registrytoken?: string;
}

/**
 * Entries of a `config.json` (`{auths: {...}}`) or of the older `.dockercfg` (`{...}`), as pull secrets have them.
 * What is no such file has none: whose secret it is tells its owner, not this.
 */
export function readDockerConfig(text: string): KeyringEntry[] {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return [];
  }
  const auths = (config as { auths?: unknown } | null)?.auths ?? config;
  if (typeof auths !== 'object' || auths === null) return [];
  return Object.entries(auths as Record<string, AuthEntry | null>).flatMap(([place, entry]) => {
    const credentials = entry && typeof entry === 'object' ? credentialsOf(entry) : undefined;
    return credentials ? [{ place: placeOf(place), credentials }] : [];
  });
}

function credentialsOf({ auth, username, password, identitytoken, registrytoken }: AuthEntry) {
  const found: RegistryCredentials = {};
  const decoded = auth ? Buffer.from(auth, 'base64').toString() : '';
  const colon = decoded.indexOf(':');
  const name = username || (colon < 0 ? '' : decoded.slice(0, colon));
  const secret = password || (colon < 0 ? '' : decoded.slice(colon + 1).replace(/\0+$/, ''));
  if (name !== '' && secret !== '') Object.assign(found, { username: name, password: secret });
  if (identitytoken) found.identityToken = identitytoken;
  if (registrytoken) found.registryToken = registrytoken;
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Names under which docker.io is known to docker's files. */
const dockerHub = new Set(['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

function placeOf(key: string): string {
  const [host = '', ...path] = key
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .split('/');
  // `https://index.docker.io/v1/`: the version of the protocol is no part of a repository's name.
  if (/^v[12]$/.test(path[0] ?? '')) path.shift();
  return [dockerHub.has(host) ? 'docker.io' : host, ...path].join('/');
}

/**
 * Those that are for an image, the most particular first (kubernetes, pkg/credentialprovider/keyring.go: hosts part by
 * part with `*`, the same port, the path as a beginning).
 */
export function credentialsFor(
  { registry, repository }: Pick<ImageReference, 'registry' | 'repository'>,
  keyring: readonly KeyringEntry[],
): RegistryCredentials[] {
  return keyring
    .filter(({ place }) => matches(place, registry, repository))
    .toSorted((a, b) => (a.place < b.place ? 1 : a.place > b.place ? -1 : 0))
    .map(({ credentials }) => credentials);
}

function matches(place: string, registry: string, repository: string): boolean {
  const [host = '', ...path] = place.split('/');
  const prefix = path.join('/');
  if (prefix !== '' && !repository.startsWith(prefix)) return false;
  const [wanted, has] = [host, registry].map((text) => /^(.*?)(?::(\d+))?$/.exec(text)!.slice(1));
  if ((wanted![1] ?? '') !== (has![1] ?? '')) return false;
  const [patterns, parts] = [wanted![0]!.split('.'), has![0]!.split('.')];
  return patterns.length === parts.length && patterns.every((pattern, at) => partMatches(pattern, parts[at]!));
}

function partMatches(pattern: string, part: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === part;
  if (!part.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop()!;
  for (const piece of rest) {
    const found = part.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return part.length - last.length >= at && part.endsWith(last);
}
