import { existsSync } from 'node:fs';
import { clusterOptions } from '../../kube/cluster-options.ts';
import { hasConfiguration } from '../../kube/kubeconfig/has-configuration.ts';
import { loadKubeconfig } from '../../kube/kubeconfig/load.ts';
import type { Kubeconfig } from '../../kube/kubeconfig/model.ts';
import { type ResolvedConfig, resolveConfig } from '../../kube/kubeconfig/resolve.ts';
import { serverUrl } from '../../kube/kubeconfig/server-url.ts';
import { proxyFor } from '../../kube/transport/agent.ts';
import { clusterFiles, DEFAULT_CLUSTER } from '../cluster/cluster-files.ts';
import type { Asked } from './explanation.ts';

/** Where a request went, and who said so. */
export interface ConnectionSource {
  config: ResolvedConfig;
  kubeconfig: Kubeconfig;
  /** With its scheme. */
  server: string;
  proxy: string | undefined;
  /** The file that the cluster's entry is from; undefined where none is. */
  clusterFile: string | undefined;
  /** True where nothing names a cluster. */
  isUnset: boolean;
}

/** Reads once more what the command line, the environment and the kubeconfig say. @throws KctlError */
export async function connectionSource({ globals, io, tool }: Asked): Promise<ConnectionSource> {
  const options = clusterOptions(globals, { env: io.env, cwd: io.cwd });
  const isUnset = !hasConfiguration(options);
  const own = clusterFiles(io.env, DEFAULT_CLUSTER).kubeconfig;
  if (isUnset && tool !== 'kubectl' && existsSync(own)) options.kubeconfig = own;
  const kubeconfig = await loadKubeconfig(options);
  const config = resolveConfig(kubeconfig, options);
  const { cluster, clusterName } = config;
  const server = serverUrl(cluster.server);
  return {
    ...{ config, kubeconfig, server, isUnset },
    proxy: proxyFor({ ...cluster, server }, io.env),
    clusterFile: kubeconfig.clusters.get(clusterName)?.file,
  };
}

/** Who says through which proxy, in words. Users and passwords in its address are left out. */
export function proxyText({ proxy, config }: ConnectionSource): string | undefined {
  if (proxy === undefined) return undefined;
  const url = URL.parse(proxy);
  const from = config.cluster['proxy-url']
    ? 'proxy-url in the kubeconfig'
    : 'the environment (HTTPS_PROXY, HTTP_PROXY)';
  return `${url ? `${url.protocol}//${url.host}` : 'a proxy'}, as ${from} says`;
}
