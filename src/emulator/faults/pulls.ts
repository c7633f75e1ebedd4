import type { PullTrouble } from '../../api/control/faults.ts';
import { type ImageReference, parseReference } from '../../oci/reference.ts';
import { matchesGlob } from './glob.ts';
import type { Fault } from './rule.ts';

/** What the kubelet meets instead of, or on the way to, an image. */
export interface PullFault {
  /** Why the pull fails, in containerd's words; undefined: it does not. */
  message: string | undefined;
  /** How long a pull that fails takes, ms; undefined: as long as any refusal. */
  takesMs: number | undefined;
  /** How many times longer a pull takes that does not fail. */
  slower: number;
}

/** From the range for documentation (RFC 5737): no registry is there. */
const REGISTRY_ADDRESS = '198.51.100.20:443';
/** containerd's patience with a registry that does not answer. */
const DIAL_TIMEOUT_MS = 30_000;
const SLOWER = 10;

const manifest = ({ registry, repository, digest, tag = 'latest' }: ImageReference): string => {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  return `https://${host}/v2/${repository}/manifests/${digest ?? tag}`;
};

/** What follows `failed to resolve reference "..."`, by what is wrong (containerd, remotes/docker/resolver.go). */
const reasons: Readonly<Record<Exclude<PullTrouble, 'slow'>, (image: ImageReference) => string>> = {
  'not-found': (image) => `${fullName(image)}: not found`,
  unauthorized: () =>
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  'rate-limited': (image) => `unexpected status from HEAD request to ${manifest(image)}: 429 Too Many Requests`,
  down: (image) =>
    `failed to do request: Head "${manifest(image)}": dial tcp ${REGISTRY_ADDRESS}: connect: connection refused`,
  timeout: (image) => `failed to do request: Head "${manifest(image)}": dial tcp ${REGISTRY_ADDRESS}: i/o timeout`,
};

const fullName = ({ registry, repository, digest, tag }: ImageReference): string =>
  `${registry}/${repository}${digest ? `@${digest}` : `:${tag ?? 'latest'}`}`;

/** What an image may be called by: as it is written, in full, short, and each also without its tag. */
function namesOf(image: string, parsed: ImageReference): string[] {
  const { registry, repository, tag = 'latest' } = parsed;
  const names = [`${registry}/${repository}`];
  if (registry === 'docker.io') names.push(repository, repository.replace(/^library\//, ''));
  return [image, ...names.flatMap((name) => [name, `${name}:${tag}`])];
}

/** Of several faults that fit, the first that strikes. */
export function pullFault(
  faults: readonly Fault[],
  image: string,
  node: string,
  strikes: (fault: Fault) => boolean,
): PullFault | undefined {
  const parsed = parseReference(image);
  const names = namesOf(image, parsed);
  const isMeant = ({ spec }: Fault) =>
    spec.images!.some((pattern) => names.some((name) => matchesGlob(pattern, name))) &&
    (spec.nodes === undefined || spec.nodes.some((pattern) => matchesGlob(pattern, node)));
  const fault = faults.find((one) => isMeant(one) && strikes(one));
  if (!fault) return undefined;
  const { error, factor = SLOWER } = fault.spec;
  if (error === undefined || error === 'slow') return { message: undefined, takesMs: undefined, slower: factor };
  const name = fullName(parsed);
  const message = `failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${reasons[error](parsed)}`;
  return {
    message: error === 'not-found' ? `rpc error: code = NotFound desc = ${message}` : message,
    takesMs: error === 'timeout' ? DIAL_TIMEOUT_MS : undefined,
    slower: 1,
  };
}
