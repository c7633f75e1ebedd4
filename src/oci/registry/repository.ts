import { createHash } from 'node:crypto';
import { KctlError } from '../../lib/errors.ts';
import { checkDigest, digestOf } from '../digest.ts';
import { Refusal } from './refusal.ts';
import { RegistrySession, type SessionOptions } from './session.ts';

/** distribution-spec: registries should take manifests of 4 MiB; nothing that pulls takes larger ones. */
const MANIFEST_LIMIT = 4 << 20;
const CONFIG_LIMIT = 8 << 20;
const TAGS_LIMIT = 4 << 20;
/** Pages of a list of tags; a list that goes on for ever ends here. */
const MOST_PAGES = 50;

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
  /** As it came. */
  bytes: Buffer;
}

export type RepositoryAccess = SessionOptions;

/** One repository of one registry, for one user (distribution-spec, end points 2, 3 and 8). */
export class Repository {
  readonly session: RegistrySession;

  constructor(access: RepositoryAccess) {
    this.session = new RegistrySession(access);
  }

  /** @param name a tag or a digest. @throws KctlError `auth`, `connection`, `input` where it is not there or not what it says */
  async manifest(name: string): Promise<FetchedManifest> {
    const { registry, repository } = this.session.options;
    const answer = await this.#get(`manifests/${name}`, { accept: manifestTypes.join(', ') }, MANIFEST_LIMIT);
    const told = answer.headers['docker-content-digest'];
    const wanted = name.includes(':')
      ? name
      : typeof told === 'string' && /^sha(256|512):/.test(told)
        ? told
        : undefined;
    const digest = wellDigested(answer.body, wanted, `${registry}/${repository}`);
    const mediaType = String(answer.headers['content-type'] ?? '')
      .split(';')[0]!
      .trim();
    const content = document(answer.body, `the manifest ${name} of ${registry}/${repository}`);
    return { digest, mediaType, content, bytes: answer.body };
  }

  /** What a tag stands for now, by its digest; undefined where the registry does not tell without the manifest. */
  async digestOf(tag: string): Promise<string | undefined> {
    const headers = { accept: manifestTypes.join(', ') };
    const answer = await this.session.exchange(`manifests/${tag}`, { method: 'HEAD', headers, limit: 0 });
    const told = answer.headers['docker-content-digest'];
    return answer.status === 200 && typeof told === 'string' ? told : undefined;
  }

  /** A small blob: the config of an image. Same failures as `manifest`. */
  async config(digest: string): Promise<object> {
    const { registry, repository } = this.session.options;
    const { body } = await this.#get(`blobs/${checkDigest(digest)}`, {}, CONFIG_LIMIT);
    wellDigested(body, digest, `${registry}/${repository}`);
    return document(body, `the config ${digest} of ${registry}/${repository}`);
  }

  /** Its tags, in the registry's order. @param most of them. Same failures as `manifest` */
  async tags(most = Infinity): Promise<string[]> {
    const found: string[] = [];
    let path: string | URL | undefined = 'tags/list';
    for (let page = 0; path !== undefined && page < MOST_PAGES && found.length < most; page++) {
      const answer = await this.#get(path, {}, TAGS_LIMIT);
      const { tags } = document(answer.body, 'the list of tags') as { tags?: unknown };
      if (Array.isArray(tags)) found.push(...tags.filter((tag) => typeof tag === 'string'));
      const next = /<([^>]+)>;\s*rel="?next"?/.exec(String(answer.headers.link ?? ''))?.[1];
      path = next !== undefined && URL.canParse(next, answer.url) ? new URL(next, answer.url) : undefined;
      if (path && path.origin !== answer.url.origin) path = undefined;
    }
    return found.slice(0, most);
  }

  async #get(path: string | URL, headers: Record<string, string>, limit: number) {
    const { repository } = this.session.options;
    const answer = await this.session.exchange(path, { headers, limit });
    if (answer.status === 200) return answer;
    const kind = typeof path === 'string' ? path.split('/')[0]!.replace(/s$/, '') : 'tag';
    throw new Refusal(answer.status, answer.body, this.session.name, `${repository} (${kind})`);
  }
}

function wellDigested(body: Buffer, wanted: string | undefined, where: string): string {
  if (wanted === undefined) return digestOf(body);
  const [algorithm = '', hex] = checkDigest(wanted).split(':');
  if (createHash(algorithm).update(body).digest('hex') !== hex) {
    throw new KctlError('input', `${where} answers ${wanted} with something of another digest`);
  }
  return wanted;
}

function document(body: Buffer, what: string): object {
  try {
    const content: unknown = JSON.parse(body.toString());
    if (typeof content === 'object' && content !== null) return content;
  } catch {}
  throw new KctlError('input', `${what} is not JSON`);
}
