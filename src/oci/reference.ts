import { KctlError } from '../lib/errors.ts';

/** An image's name in parts. `tag` and `digest` may both be present; a name with neither means the tag `latest`. */
export interface ImageReference {
  /** Host, with port where given: `docker.io`, `registry.k8s.io`, `localhost:5000`. */
  registry: string;
  /** Path below the host: `library/nginx`. */
  repository: string;
  tag: string | undefined;
  /** `sha256:<64 hex>` */
  digest: string | undefined;
}

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const SHA256 = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads an image name as container runtimes do (distribution/reference grammar): a first component
 * with a dot or a port, or `localhost`, is the host; otherwise the host is docker.io, where a name
 * of one component lives under `library/`.
 *
 * @throws KctlError `input` with the text a kubelet reports for `InvalidImageName`
 */
export function parseReference(text: string): ImageReference {
  const refuse = (why = ''): never => {
    throw new KctlError('input', `couldn't parse image name ${JSON.stringify(text)}: invalid reference format${why}`);
  };
  let rest = text;
  let digest: string | undefined;
  const at = rest.indexOf('@');
  if (at >= 0) {
    digest = rest.slice(at + 1);
    rest = rest.slice(0, at);
    if (!DIGEST.test(digest)) refuse();
    if (digest.startsWith('sha256:') && !SHA256.test(digest)) refuse();
  }
  let tag: string | undefined;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!TAG.test(tag)) refuse();
  }
  const { registry, repository } = splitHost(rest);
  if (!HOST.test(registry)) refuse();
  if (!PATH.test(repository)) {
    refuse(PATH.test(repository.toLowerCase()) ? `: repository name (${repository}) must be lowercase` : '');
  }
  if (repository.length > 255) refuse(': repository name must not be more than 255 characters');
  return { registry, repository, tag, digest };
}

function splitHost(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (!isHost) return { registry: 'docker.io', repository: slash < 0 ? `library/${name}` : name };
  const registry = first === 'index.docker.io' ? 'docker.io' : first;
  const path = name.slice(slash + 1);
  return { registry, repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path };
}

/** The full form: `docker.io/library/nginx:latest`, or `…@sha256:…` where a digest pins it. */
export function canonicalReference(reference: ImageReference): string {
  const name = `${reference.registry}/${reference.repository}`;
  const tag = reference.tag ?? (reference.digest ? undefined : 'latest');
  return `${name}${tag ? `:${tag}` : ''}${reference.digest ? `@${reference.digest}` : ''}`;
}
