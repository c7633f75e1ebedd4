import type { KubeList, KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { KctlError } from '../../lib/errors.ts';
import { inOrder } from '../../lib/in-order.ts';
import { toCompactJson } from '../../lib/json.ts';
import { encodeRelease, type HelmRelease, readRelease, releaseSecretName } from '../../store/helm/release.ts';

/** A revision with the secret that it is kept in, as the server last answered. */
export interface KeptRevision {
  release: HelmRelease;
  secret: KubeObject;
}

/** What helm writes by itself on its secrets; all other labels are the user's. */
const systemLabels: ReadonlySet<string> = new Set(['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt']);

/** The name under which helm writes, so that fields stay one manager's whoever of the two writes them. */
export const helmManager = 'helm';

const json = 'application/json';

/** @throws KctlError `usage` for what cannot be the name of a release (chartutil.ValidateReleaseName) */
function checkReleaseName(name: string): void {
  if (name.length <= 53 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)) return;
  throw new KctlError('usage', `"${name}" is no name of a release`, {
    hint: 'Small letters, digits, dashes and dots, at most 53 of them.',
  });
}

/**
 * The revisions of all releases, or of one.
 * @param namespace undefined: of all namespaces
 * @throws KctlError `input` where a secret holds no release that can be read
 */
export async function readRevisions(
  { transport }: Cluster,
  { namespace, name, signal }: { namespace?: string | undefined; name?: string; signal: AbortSignal },
): Promise<KeptRevision[]> {
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const query = { labelSelector: name === undefined ? 'owner=helm' : `owner=helm,name=${name}` };
  const secrets: KubeObject[] = [];
  for await (const { items } of listPages<KubeList>(transport, { path: `/api/v1${place}/secrets`, query, signal }))
    secrets.push(...items);
  const kept: KeptRevision[] = [];
  let next = 0;
  for await (const read of inOrder(secrets, 4, readRelease)) {
    const secret = secrets[next++]!;
    if (read.status === 'rejected') throw read.reason;
    kept.push({ secret, release: read.value });
  }
  return kept.sort((a, b) => a.release.version - b.release.version);
}

/** The revisions of one release in the namespace in use, oldest first. @throws KctlError `input` where there is none */
export async function revisionsOf(cluster: Cluster, name: string, signal: AbortSignal): Promise<KeptRevision[]> {
  checkReleaseName(name);
  const kept = await readRevisions(cluster, { namespace: cluster.namespace, name, signal });
  if (kept.length > 0) return kept;
  throw new KctlError('input', `there is no release "${name}" in namespace ${cluster.namespace}`, {
    hint: "'kctl helm ls -A' shows all releases.",
  });
}

/** Of each release its newest revision, by namespace and name. */
export function newestOf(kept: readonly KeptRevision[]): KeptRevision[] {
  const keyOf = ({ secret, release }: KeptRevision) => `${secret.metadata.namespace ?? ''}/${release.name}`;
  const newest = new Map(kept.map((one) => [keyOf(one), one]));
  return [...newest.keys()].sort().map((key) => newest.get(key)!);
}

/** Writes revisions into their secrets, each by the version that was read: who else writes is not overwritten. */
export class ReleaseStore {
  readonly #cluster: Cluster;
  readonly #signal: AbortSignal;

  constructor(cluster: Cluster, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#signal = signal;
  }

  /**
   * Keeps a new revision. That its secret is made is the lock against others who do the same.
   * @param like its user's labels are taken over
   */
  async create(release: HelmRelease, like: KeptRevision): Promise<KeptRevision> {
    const { namespace = this.#cluster.namespace, labels = {} } = like.secret.metadata;
    const own = Object.fromEntries(Object.entries(labels).filter(([key]) => !systemLabels.has(key)));
    const name = releaseSecretName(release.name, release.version);
    const secret = await this.#secretOf(release, { name, namespace, labels: { ...own, createdAt: seconds() } });
    try {
      const answer = await this.#cluster.transport.json<KubeObject>({
        ...{ method: 'POST', path: pathOf(namespace), query: { fieldManager: helmManager } },
        ...{ contentType: json, body: toCompactJson(secret), signal: this.#signal },
      });
      return { release, secret: answer };
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error;
      throw new KctlError('conflict', `somebody is changing ${release.name}: revision ${release.version} is there`, {
        cause: error,
      });
    }
  }

  /** Keeps `kept.release` as it is by now. @param signal that of a last word after an interruption */
  async update(kept: KeptRevision, signal = this.#signal): Promise<void> {
    const { release, secret } = kept;
    const { name = '', namespace = '', labels, annotations, resourceVersion = '' } = secret.metadata;
    const next = await this.#secretOf(release, {
      ...{ name, namespace, resourceVersion, labels: { ...labels, modifiedAt: seconds() } },
      ...(annotations && { annotations }),
    });
    kept.secret = await this.#cluster.transport.json<KubeObject>({
      ...{ method: 'PUT', path: pathOf(namespace, name), query: { fieldManager: helmManager } },
      ...{ contentType: json, body: toCompactJson(next), signal },
    });
  }

  /** Forgets a revision; one that is gone already is fine. */
  async delete({ secret: { metadata } }: KeptRevision): Promise<void> {
    try {
      await this.#cluster.transport.json({
        ...{ method: 'DELETE', path: pathOf(metadata.namespace ?? '', metadata.name), contentType: json },
        body: JSON.stringify({
          ...{ apiVersion: 'v1', kind: 'DeleteOptions' },
          ...(metadata.uid && { preconditions: { uid: metadata.uid } }),
        }),
        signal: this.#signal,
      });
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
  }

  async #secretOf(release: HelmRelease, metadata: KubeObject['metadata']): Promise<KubeObject> {
    const own = { name: release.name, owner: 'helm', status: release.info?.status ?? '' };
    const labels = { ...metadata.labels, ...own, version: String(release.version) };
    return {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1' },
      metadata: { ...metadata, labels },
      data: { release: await encodeRelease(release) },
    };
  }
}

const seconds = (): string => String(Math.floor(Date.now() / 1000));

function pathOf(namespace: string, name?: string): string {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}
