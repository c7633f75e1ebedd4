import { type ImageFacts, imageFactsPath } from '../../../api/image-facts.ts';
import type { KubeList, KubeObject } from '../../../api/meta.ts';
import { type NodePulls, nodePullsPath } from '../../../api/node-pulls.ts';
import { ApiStatusError } from '../../../api/status.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { listPages } from '../../../kube/list.ts';
import { KctlError } from '../../../lib/errors.ts';
import { selectorOf } from '../../../lib/label-selector.ts';
import { canonicalReference, parseReference } from '../../../oci/reference.ts';
import type { KeyringEntry } from '../../../oci/registry/credentials.ts';
import type { ReadObject } from '../../../store/rollout/diff/config-changes.ts';
import { isOwnNode, type KnownImage } from '../../../store/rollout/diff/node-pulls.ts';
import type { DiffWorld } from '../../../store/rollout/diff/revision-diff.ts';
import type { PodTemplate } from '../../../store/rollout/revisions.ts';
import type { CommandContext } from '../../command.ts';

export interface WorldOptions {
  /** False: registries are not asked, and layers stay unknown. */
  registries: boolean;
  /** Hosts of registries that may be spoken to without TLS. */
  insecureRegistries: readonly string[];
}

/** What a comparison may see of a cluster, and of the registries that its images are from. */
export function diffWorld(
  cluster: Cluster,
  template: PodTemplate,
  namespace: string,
  options: WorldOptions,
  { io, signal }: Pick<CommandContext, 'io' | 'signal'>,
): DiffWorld {
  const { transport } = cluster;
  const get = async (resource: string, ns: string, name: string): Promise<ReadObject> => {
    const path = `/api/v1/namespaces/${encodeURIComponent(ns)}/${resource}/${encodeURIComponent(name)}`;
    try {
      return await transport.json<KubeObject>({ method: 'GET', path, signal });
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      if (error.httpCode === 404) return 'absent';
      if (error.httpCode === 403) return 'forbidden';
      throw error;
    }
  };
  const nodes = once(() => list(cluster, '/api/v1/nodes', {}, signal));
  const keyring = once(() => readKeyring(template, (resource, name) => get(resource, namespace, name)));
  const registry = once(async () => {
    const [{ readRegistryImage }, { RegistryHttp }, { registryAgents }] = await Promise.all([
      import('../../../oci/registry/image-facts.ts'),
      import('../../../oci/registry/http.ts'),
      import('../../../kube/registry-agents.ts'),
    ]);
    const http = new RegistryHttp({ agentFor: registryAgents(io.env), plainHosts: options.insecureRegistries });
    return { http, read: readRegistryImage };
  });
  /** Registries that do not answer, and how: what waits for one need not wait again. */
  const silent = new Map<string, string>();
  const fromRegistry = async (
    reference: string,
    platform: { os: string; architecture: string },
  ): Promise<KnownImage> => {
    if (!options.registries) return { unknown: 'registries were not asked' };
    let host = '';
    try {
      host = parseReference(reference).registry;
      if (silent.has(host)) return { unknown: silent.get(host)! };
      const { http, read } = await registry();
      return { facts: await read(reference, { http, platform, keyring: await keyring(), signal }) };
    } catch (error) {
      if (signal.aborted || !(error instanceof KctlError)) throw error;
      const unknown = `the registry cannot be read: ${error.message}`;
      if (error.code === 'connection') silent.set(host, unknown);
      return { unknown };
    }
  };
  return {
    get,
    nodes,
    pods: (workload) =>
      list(
        cluster,
        `/api/v1/namespaces/${encodeURIComponent(workload.metadata.namespace ?? '')}/pods`,
        { labelSelector: selectorOf(workload.spec?.selector).toString() },
        signal,
      ),
    async image(reference, platform) {
      if (!(await nodes())?.some(isOwnNode)) return fromRegistry(reference, platform);
      const facts = await transport
        .json<ImageFacts>({ method: 'GET', path: imageFactsPath(reference), signal })
        .catch((error: unknown) => {
          if (error instanceof ApiStatusError) return undefined;
          throw error;
        });
      return facts ? { facts } : { unknown: 'the cluster knows no such image' };
    },
    async layersOn(node) {
      if (!isOwnNode(node)) return [];
      const path = nodePullsPath(node.metadata.name ?? '');
      const told = await transport.json<NodePulls>({ method: 'GET', path, signal }).catch((error: unknown) => {
        if (error instanceof ApiStatusError) return undefined;
        throw error;
      });
      const layers = (told?.pulls ?? []).flatMap((pull) => pull.layers);
      return layers.filter(({ state }) => state === 'cached' || state === 'pulled').map(({ digest }) => digest);
    },
    fullName(reference) {
      try {
        return canonicalReference(parseReference(reference));
      } catch {
        return reference;
      }
    },
  };
}

/** The secrets that a kubelet would pull with: those of the pod, else those of its service account. */
async function readKeyring(
  { spec = {} }: PodTemplate,
  get: (resource: string, name: string) => Promise<ReadObject>,
): Promise<KeyringEntry[]> {
  const { keyringOf, pullSecretNames } = await import('../../../oci/registry/pull-secrets.ts');
  let names = pullSecretNames(spec['imagePullSecrets']);
  if (!names) {
    const account = await get('serviceaccounts', String(spec['serviceAccountName'] ?? 'default'));
    names = typeof account === 'object' ? (pullSecretNames(account['imagePullSecrets']) ?? []) : [];
  }
  const secrets = await Promise.all(names.map((name) => get('secrets', name)));
  return keyringOf(secrets.filter((secret) => typeof secret === 'object'));
}

/** Undefined where one may not read it. */
async function list(
  { transport }: Cluster,
  path: string,
  query: Record<string, string>,
  signal: AbortSignal,
): Promise<KubeObject[] | undefined> {
  try {
    const found: KubeObject[] = [];
    for await (const { items } of listPages<KubeList>(transport, { path, query, signal })) found.push(...items);
    return found;
  } catch (error) {
    if (error instanceof ApiStatusError && error.httpCode === 403) return undefined;
    throw error;
  }
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
