import type { Cluster, Discovery } from './cluster.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { openCredentials } from './credentials/credentials.ts';
import { cachedDiscovery } from './discovery/discovery.ts';
import { loadKubeconfig, userHome } from './kubeconfig/load.ts';
import { type ResolvedConfig, resolveConfig } from './kubeconfig/resolve.ts';
import { serverUrl } from './kubeconfig/server-url.ts';
import { proxyFor, tlsSettings } from './transport/agent.ts';
import { HttpTransport } from './transport/http-transport.ts';
import { parseRequestTimeout } from './transport/request-timeout.ts';

/**
 * Opens the cluster that flags, environment and kubeconfig name. Nothing is sent yet.
 * @throws KctlError `config` with kubectl's words
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const config = resolveConfig(await loadKubeconfig(options), options);
  const server = serverUrl(config.cluster.server);
  const resolved = { ...config, cluster: { ...config.cluster, server } };
  const transport = await openTransport(resolved, options);
  let discovery: Discovery | undefined;
  return {
    contextName: config.contextName,
    clusterName: config.clusterName,
    userName: config.userName,
    namespace: config.namespace,
    namespaceExplicit: config.namespaceExplicit,
    transport,
    get discovery() {
      discovery ??= cachedDiscovery(transport, { cacheDir: cacheDirectory(options) });
      return discovery;
    },
  };
}

/** `--cache-dir`, `$KUBECACHEDIR`, `~/.kube/cache`: shared with kubectl. */
function cacheDirectory(options: ClusterOptions): string {
  return options.cacheDir ?? (options.env.KUBECACHEDIR || `${userHome(options.env)}/.kube/cache`);
}

async function openTransport(config: ResolvedConfig, options: ClusterOptions): Promise<HttpTransport> {
  const verbosity = options.verbosity ?? 0;
  const output = options.stderr ?? process.stderr;
  return new HttpTransport({
    server: config.cluster.server,
    timeout: parseRequestTimeout(options.requestTimeout),
    credentials: await openCredentials(config, options),
    tls: config.cluster.server.startsWith('https:') ? tlsSettings(config.cluster) : undefined,
    proxy: proxyFor(config.cluster, options.env),
    userAgent: userAgent(options),
    headers: impersonation(config),
    compression: config.cluster['disable-compression'] !== true,
    progress: options.progress,
    log: verbosity >= 6 ? (await import('./transport/request-log.ts')).createRequestLog(verbosity, output) : undefined,
  });
}

/** Names as Go has them, because that is what the logs of clusters are searched for. */
function userAgent(options: ClusterOptions): string {
  const arch: Record<string, string> = { x64: 'amd64', ia32: '386' };
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `${options.tool ?? 'kctl'}/${options.version ?? '0.0.0'} (${platform}/${arch[process.arch] ?? process.arch})`;
}

/** Authentication, "User impersonation": keys of extras are lower case and percent-encoded. */
function impersonation({ user }: ResolvedConfig): Record<string, string | string[]> {
  if (!user.as) return {};
  const extras = Object.entries(user['as-user-extra'] ?? {}).map(
    ([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key.toLowerCase())}`, values.map(headerText)] as const,
  );
  return {
    'Impersonate-User': headerText(user.as),
    ...(user['as-uid'] ? { 'Impersonate-Uid': headerText(user['as-uid']) } : {}),
    ...(user['as-groups']?.length ? { 'Impersonate-Group': user['as-groups'].map(headerText) } : {}),
    ...Object.fromEntries(extras),
  };
}

/** Names beyond ASCII go as the bytes of UTF-8, as Go sends them; Node takes a letter of a header for a byte. */
const headerText = (text: string): string => Buffer.from(text).toString('latin1');
