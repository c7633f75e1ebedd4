import { KctlError } from '../../lib/errors.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { pathSegmentProblem } from '../path-segment.ts';
import { type InCluster, inClusterConfiguration } from './in-cluster.ts';
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from './model.ts';
import { checkUsable } from './validate.ts';

/** Where requests go when nothing says so: what kubectl falls back to. */
const defaultServer = 'http://localhost:8080';

/** One cluster and one user, chosen and overridden: all that a connection needs. */
export interface ResolvedConfig {
  contextName: string;
  clusterName: string;
  userName: string;
  namespace: string;
  namespaceExplicit: boolean;
  cluster: ClusterEntry & { server: string };
  user: UserEntry;
  /** The file that holds the user: OIDC tokens are written back there. */
  userFile: string | undefined;
}

/**
 * Applies the flags to the merged kubeconfig (client-go, `DirectClientConfig`).
 * @throws KctlError `config` in kubectl's words for what cannot be used
 */
export function resolveConfig(config: Kubeconfig, options: ClusterOptions): ResolvedConfig {
  const contextName = options.context ?? config.currentContext;
  const context = config.contexts.get(contextName)?.value;
  if (contextName !== '' && !context) {
    // Which of its two checks kubectl meets first depends on whether it has to ask for a namespace.
    if (options.context !== undefined && (options.namespace !== undefined || options.connectsFirst)) {
      throw new KctlError('config', `context "${contextName}" does not exist`, contextHint(config, contextName));
    }
    throw new KctlError('config', `context was not found for specified context: ${contextName}`, {
      prefix: 'Error in configuration: ',
      ...contextHint(config, contextName),
    });
  }
  const inCluster = isUnset(config, options) ? inClusterConfiguration(options.env) : undefined;
  const userName = options.user ?? context?.user ?? '';
  const clusterName = options.cluster ?? context?.cluster ?? '';
  if (options.user !== undefined && !config.users.has(userName)) {
    throw new KctlError('config', `auth info "${userName}" does not exist`);
  }
  if (options.cluster !== undefined && !config.clusters.has(clusterName)) {
    throw new KctlError('config', `no server found for cluster "${clusterName}"`);
  }
  const user = overrideUser(
    inCluster ? { tokenFile: inCluster.tokenFile } : (config.users.get(userName)?.value ?? {}),
    options,
  );
  const cluster = overrideCluster(
    inCluster ? inClusterEntry(inCluster) : (config.clusters.get(clusterName)?.value ?? {}),
    options,
  );
  checkUsable(clusterName, cluster, userName, user);
  const namespace = options.namespace ?? contextNamespace(context) ?? inCluster?.namespace ?? 'default';
  const problem = pathSegmentProblem(namespace);
  if (problem) throw new KctlError('config', `invalid namespace "${namespace}": [${problem}]`, { prefix: '' });
  return {
    contextName: inCluster ? '' : contextName,
    clusterName,
    userName,
    namespace,
    namespaceExplicit: options.namespace !== undefined,
    cluster,
    user,
    userFile: config.users.get(userName)?.file,
  };
}

/** For messages about a context that does not exist: the one that was meant, else all. */
export function contextHint(config: Kubeconfig, typed: string): { hint?: string } {
  const names = [...config.contexts.keys()];
  const near = nearestName(typed, names);
  if (near !== undefined) return { hint: `Did you mean "${near}"?` };
  return names.length === 0
    ? {}
    : { hint: `known contexts: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}` };
}

function contextNamespace(context: ContextEntry | undefined): string | undefined {
  return context?.namespace || undefined;
}

/** The pod's own cluster counts only where neither a kubeconfig nor a flag names one. */
function isUnset(config: Kubeconfig, options: ClusterOptions): boolean {
  return (
    config.clusters.size === 0 &&
    config.contexts.size === 0 &&
    config.users.size === 0 &&
    !options.server &&
    !options.env.KUBERNETES_MASTER
  );
}

function inClusterEntry(found: InCluster): ClusterEntry {
  return { server: found.server, ...(found.caFile ? { 'certificate-authority': found.caFile } : {}) };
}

function overrideCluster(entry: ClusterEntry, options: ClusterOptions): ClusterEntry & { server: string } {
  const result: ClusterEntry & { server: string } = {
    ...entry,
    server: options.server ?? (entry.server || options.env.KUBERNETES_MASTER || defaultServer),
  };
  // A flag about trust replaces all that the file says about it, else its CA data would win.
  if (options.insecureSkipTlsVerify || options.certificateAuthority) {
    delete result['certificate-authority-data'];
    delete result['certificate-authority'];
    delete result['insecure-skip-tls-verify'];
    if (options.insecureSkipTlsVerify) result['insecure-skip-tls-verify'] = true;
    if (options.certificateAuthority) result['certificate-authority'] = options.certificateAuthority;
  }
  // Another server has another name.
  if (options.server !== undefined) delete result['tls-server-name'];
  if (options.tlsServerName !== undefined) result['tls-server-name'] = options.tlsServerName;
  if (options.disableCompression) result['disable-compression'] = true;
  return result;
}

function overrideUser(entry: UserEntry, options: ClusterOptions): UserEntry {
  const result: UserEntry = { ...entry };
  if (options.token !== undefined) {
    result.token = options.token;
    delete result.tokenFile;
  }
  if (options.clientCertificate !== undefined) {
    result['client-certificate'] = options.clientCertificate;
    delete result['client-certificate-data'];
  }
  if (options.clientKey !== undefined) {
    result['client-key'] = options.clientKey;
    delete result['client-key-data'];
  }
  if (options.username !== undefined) result.username = options.username;
  if (options.password !== undefined) result.password = options.password;
  if (options.as !== undefined) result.as = options.as;
  if (options.asUid !== undefined) result['as-uid'] = options.asUid;
  if (options.asGroup?.length) result['as-groups'] = [...options.asGroup];
  if (options.asUserExtra?.length) result['as-user-extra'] = parseExtra(options.asUserExtra);
  return result;
}

function parseExtra(pairs: readonly string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 0) throw new KctlError('usage', `invalid user extra "${pair}": expected key=value`);
    const key = pair.slice(0, at);
    extra[key] = [...(extra[key] ?? []), pair.slice(at + 1)];
  }
  return extra;
}
