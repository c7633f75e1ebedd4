import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { checkDigest, digestOf } from '../digest.ts';
import { authorize } from './authorize.ts';
import { parseChallenges } from './challenge.ts';
import type { RegistryCredentials } from './credentials.ts';
import type { RegistryHttp, RegistryRequest } from './http.ts';

/** distribution-spec: registries should take manifests of 4 MiB; nothing that pulls takes larger ones. */
const MANIFEST_LIMIT = 4 << 20;
const CONFIG_LIMIT = 8 << 20;

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** A document of a registry, whose digest was checked where one was asked for. */
export interface FetchedManifest {
  digest: string;
  mediaType: string;
  content: object;
}

export interface RepositoryAccess {
  http: RegistryHttp;
  /** As image names have it: `docker.io`, `localhost:5000`. */
  registry: string;
  repository: string;
  credentials?: RegistryCredentials | undefined;
  signal?: AbortSignal | undefined;
}

/** One repository of one registry, for one user (distribution-spec, end points 2 and 3). */
export class Repository {
  readonly #access: RepositoryAccess;
  #authorization: string | undefined;

  constructor(access: RepositoryAccess) {
    this.#access = access;
  }

  /** @param name a tag or a digest. @throws KctlError `auth`, `connection`, `input` where it is not there or not what it says */
  async manifest(name: string): Promise<FetchedManifest> {
    const { registry, repository } = this.#access;
    const answer = await this.#get(`manifests/${name}`, { accept: manifestTypes.join(', ') }, MANIFEST_LIMIT);
    const wanted = name.includes(':') ? name : undefined;
    const digest = wellDigested(answer.body, wanted, `${registry}/${repository}`);
    const mediaType = String(answer.headers['content-type'] ?? '')
      .split(';')[0]!
      .trim();
    return { digest, mediaType, content: document(answer.body, `the manifest ${name} of ${registry}/${repository}`) };
  }

  /** A small blob: the config of an image. Same failures as `manifest`. */
  async config(digest: string): Promise<object> {
    const { registry, repository } = this.#access;
    const { body } = await this.#get(`blobs/${checkDigest(digest)}`, {}, CONFIG_LIMIT);
    wellDigested(body, digest, `${registry}/${repository}`);
    return document(body, `the config ${digest} of ${registry}/${repository}`);
  }

  async #get(path: string, headers: Record<string, string>, limit: number) {
    const { http, registry, repository, credentials, signal } = this.#access;
    const base = await http.base(hostOf(registry), signal);
    const url = new URL(`v2/${repository}/${path}`, base);
    const send = () => {
      const authorization: Record<string, string> = this.#authorization ? { authorization: this.#authorization } : {};
      const request: RegistryRequest = { headers: { ...headers, ...authorization }, signal };
      return http.exchange(url, { ...request, limit });
    };
    let answer = await send();
    if (answer.status === 401 && answer.url.origin === url.origin) {
      const challenges = parseChallenges(answer.headers['www-authenticate']);
      const scope = `repository:${repository}:pull`;
      this.#authorization = await authorize(challenges, { http, registry: url, credentials, scope, signal });
      answer = await send();
    }
    if (answer.status === 200) return answer;
    throw refused(answer.status, answer.body, registry, `${repository} (${path.split('/')[0]!.replace(/s$/, '')})`);
  }
}

/** docker.io is a name; the registry behind it has another. */
function hostOf(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

function wellDigested(body: Buffer, wanted: string | undefined, where: string): string {
  const digest = digestOf(body);
  // Digests other than sha256 are rare, and what they name is read again by whoever pulls it.
  if (wanted?.startsWith('sha256:') && digest !== wanted) {
    throw new KctlError('input', `${where} answers ${wanted} with something of another digest`);
  }
  return wanted ?? digest;
}

function document(body: Buffer, what: string): object {
  try {
    const content: unknown = JSON.parse(body.toString());
    if (typeof content === 'object' && content !== null) return content;
  } catch {}
  throw new KctlError('input', `${what} is not JSON`);
}

const statuses: Readonly<Record<number, readonly ['auth' | 'input' | 'connection', string]>> = {
  401: ['auth', 'does not let these credentials read'],
  403: ['auth', 'does not let these credentials read'],
  404: ['input', 'does not have'],
  429: ['connection', 'has been asked too often, also for'],
};

function refused(status: number, body: Buffer, registry: string, what: string): KctlError {
  const [code, says] = statuses[status] ?? (['connection', `answers ${status} for`] as const);
  const told = messageIn(body);
  return new KctlError(code, `${registry} ${says} ${what}${told === '' ? '' : `: ${told}`}`);
}

/** `{"errors":[{"code":"NAME_UNKNOWN","message":"..."}]}` (distribution-spec, error codes). */
function messageIn(body: Buffer): string {
  try {
    const { errors } = JSON.parse(body.toString()) as { errors?: { code?: string; message?: string }[] };
    return escapeTerminal(String(errors?.[0]?.message || errors?.[0]?.code || '')).slice(0, 200);
  } catch {
    return '';
  }
}
