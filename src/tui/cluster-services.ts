import { type ImageFacts, imageFactsPath } from '../api/image-facts.ts';
import type { KubeObject, TableRow } from '../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../api/resource.ts';
import type { Source } from '../api/source.ts';
import { ApiStatusError } from '../api/status.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { ClusterOptions } from '../kube/cluster-options.ts';
import { listPages } from '../kube/list.ts';
import { streamLogs } from '../kube/logs.ts';
import type { Program } from '../kube/program.ts';
import { objectReflector, tableReflector } from '../kube/reflector.ts';
import { KctlError } from '../lib/errors.ts';
import { filteredSource, mergedSource } from '../store/merged-source.ts';
import { systemTiming, type Timing } from '../store/timing.ts';
import { runServices } from './run-program.ts';
import type { DashboardServices } from './services.ts';
import { ForwardDesk, type ForwardServices } from './state/forwards.ts';
import { memoryFile } from './state/memory.ts';
import { isOneNamespace, namespaceTest, spelledOut } from './state/namespaces.ts';
import type { ViewScope } from './views/view.ts';

function selectors(scope: ViewScope): Record<string, string | undefined> {
  return { labelSelector: scope.labelSelector, fieldSelector: scope.fieldSelector };
}

/** When an event was last heard of, ms since 1970; NaN where it does not say. */
const eventTime = ({ metadata, ...event }: KubeObject): number =>
  Date.parse(
    event['series']?.lastObservedTime ??
      event['lastTimestamp'] ??
      event['eventTime'] ??
      metadata.creationTimestamp ??
      '',
  );

const keyOf = ({ object: { metadata } }: TableRow): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Rows of one namespace, of all, or of some: those are watched one by one, or, where patterns name them, among all. */
function scopedSource(scope: ViewScope, source: (scope: ViewScope) => Source<TableRow>): Source<TableRow> {
  const { namespace, ...rest } = scope;
  if (namespace === undefined || isOneNamespace(namespace)) return source(scope);
  const names = spelledOut(namespace);
  if (names) {
    return mergedSource(
      names.map((name) => source({ ...rest, namespace: name })),
      keyOf,
    );
  }
  const wanted = namespaceTest(namespace);
  return filteredSource(source(rest), ({ object }) => wanted(object.metadata.namespace ?? ''));
}

/** Options that another process would have to be given, and that stand in no kubeconfig. */
const ownIdentity = [
  ...(['server', 'token', 'username', 'password', 'clientCertificate', 'clientKey', 'user', 'cluster'] as const),
  ...(['as', 'asGroup', 'asUid', 'asUserExtra', 'certificateAuthority', 'tlsServerName'] as const),
  'insecureSkipTlsVerify',
] as const;

/** Port-forwards over the connection of one cluster. */
function forwardServices({ transport }: Cluster, options: ClusterOptions, desk: ForwardDesk): ForwardServices {
  const { kubeconfig } = options;
  let network: ReturnType<ForwardServices['network']> | undefined;
  return {
    desk,
    ...(ownIdentity.every((name) => options[name] === undefined) && {
      flags: kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`],
    }),
    network() {
      network ??= import('../kube/forward-network.ts').then(
        ({ ClusterForwardNetwork }) => new ClusterForwardNetwork(transport),
      );
      return network;
    },
  };
}

/**
 * The services of one open cluster; `options` say how it was opened, for going to another context.
 * @param program runs command lines; without it actions that are command lines refuse
 * @param desk keeps the forwards of all contexts
 */
export function clusterServices(
  cluster: Cluster,
  options: ClusterOptions,
  program?: Program,
  desk = new ForwardDesk({ env: options.env }),
): DashboardServices {
  const { transport } = cluster;
  // What the dashboard counts to are ages of what the cluster has stamped.
  const timing: Timing = { ...systemTiming, now: () => transport.now() };

  async function list(resource: ResourceInfo, scope: ViewScope): Promise<KubeObject[]> {
    const path = resourcePath(resource, { namespace: scope.namespace });
    const items: KubeObject[] = [];
    for await (const page of listPages(transport, { path, query: selectors(scope), resource }))
      for (const item of page.items) items.push(item);
    return items;
  }

  function get(resource: ResourceInfo, namespace: string | undefined, name: string): Promise<KubeObject> {
    return transport.json<KubeObject>({ method: 'GET', path: resourcePath(resource, { namespace, name }) });
  }

  async function imageFacts(reference: string): Promise<ImageFacts | undefined> {
    try {
      return await transport.json<ImageFacts>({ method: 'GET', path: imageFactsPath(reference) });
    } catch (error) {
      // Only the bundled cluster knows layers; every other server says that there is no such path, or keeps it closed.
      if (error instanceof ApiStatusError && [401, 403, 404].includes(error.httpCode)) return undefined;
      throw error;
    }
  }

  return {
    cluster,
    forwards: forwardServices(cluster, options, desk),
    timing,
    env: options.env,
    memoryFile: memoryFile(options.env, cluster.contextName),
    ...runServices(program, cluster, options.env, options.kubeconfig),
    list,
    get,
    imageFacts,
    tableSource: (resource, scope, shape) =>
      scopedSource(scope, (one) => tableReflector(transport, resource, one, shape ? { shape } : {})),
    objectSource: (resource, scope) => objectReflector(transport, resource, scope),
    async describe({ resource, namespace, name }, past) {
      const [{ describeObject }, object] = await Promise.all([
        import('../output/describe/index.ts'),
        past?.object ?? get(resource, namespace, name),
      ]);
      const isThen = (item: KubeObject) => past === undefined || !(eventTime(item) > past.at);
      const { discovery } = cluster;
      return describeObject(
        resource,
        object,
        {
          list: async (kind, scope) => {
            const items = await list(await discovery.resolve(kind), scope);
            return kind === 'events' ? items.filter(isThen) : items;
          },
          get: async (kind, inNamespace, called) => {
            try {
              return await get(await discovery.resolve(kind), inNamespace, called);
            } catch (error) {
              if (error instanceof ApiStatusError && error.httpCode === 404) return undefined;
              throw error;
            }
          },
          image: imageFacts,
        },
        past?.at ?? timing.now(),
      );
    },
    logs: ({ context: _, uid: __, ...request }) => streamLogs(transport, { ...request, timestamps: true }),
    async contexts() {
      const { loadKubeconfig } = await import('../kube/kubeconfig/load.ts');
      const { contexts } = await loadKubeconfig(options);
      const { contextName, clusterName, userName, namespace } = cluster;
      // The bundled cluster, started by itself, stands in no kubeconfig.
      const unlisted = contexts.has(contextName)
        ? []
        : [{ name: contextName, cluster: clusterName, user: userName, namespace }];
      const listed = [...contexts].map(([name, { value }]) => ({
        name,
        cluster: value.cluster ?? '',
        user: value.user ?? '',
        namespace: value.namespace ?? 'default',
      }));
      return { current: contextName, contexts: [...unlisted, ...listed] };
    },
    async openContext(name) {
      const [{ openCluster }, { loadKubeconfig }] = await Promise.all([
        import('../kube/open-cluster.ts'),
        import('../kube/kubeconfig/load.ts'),
      ]);
      const { contexts } = await loadKubeconfig(options);
      if (!contexts.has(name)) {
        const known = [...contexts.keys()].join(', ');
        throw new KctlError('config', `no context exists with the name: "${name}"`, {
          hint: known && `Contexts: ${known}`,
        });
      }
      const { kubeconfig, env, cwd, stderr, tool, version, cacheDir } = options;
      const kept = Object.fromEntries(
        Object.entries({ kubeconfig, cwd, stderr, tool, version, cacheDir }).filter(([, value]) => value !== undefined),
      );
      const next: ClusterOptions = { ...kept, env, context: name };
      return clusterServices(await openCluster(next), next, program, desk);
    },
  };
}
