import type { KubeList, KubeObject } from '../../api/meta.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { defineCommand } from '../command.ts';

/** `kctl cluster-info`: where the control plane is, and services that belong to the cluster. */
export const clusterInfoCommand = defineCommand<object>({
  flags: [],
  complete: () => ({}),
  async run(_options, { connect, io, signal, tool }) {
    const { transport, namespace, namespaceExplicit } = await connect();
    const where = namespaceExplicit ? namespace : 'kube-system';
    try {
      const { items } = await transport.json<KubeList>({
        method: 'GET',
        path: `/api/v1/namespaces/${encodeURIComponent(where)}/services`,
        query: { labelSelector: 'kubernetes.io/cluster-service=true' },
        signal,
      });
      const lines = [
        ['Kubernetes control plane', transport.server],
        ...items.map((one) => described(one, transport.server)),
      ];
      io.stdout.write(lines.map(([name, link]) => `${name} is running at ${link}\n`).join(''));
    } finally {
      if (!signal.aborted) {
        io.stdout.write(`\nTo further debug and diagnose cluster problems, use '${tool} cluster-info dump'.\n`);
      }
    }
  },
});

/** The service's name and address: its load balancer's, else the way through the API server. */
function described({ metadata, spec, status }: KubeObject, server: string): [name: string, link: string] {
  const { name = '', namespace = '', labels = {} } = metadata;
  const ports: { name?: string; port: number }[] = spec?.ports ?? [];
  const [ingress] = status?.loadBalancer?.ingress ?? [];
  const link = ingress
    ? ports.map(({ port }) => `http://${ingress.ip || ingress.hostname}:${port} `).join('')
    : `${server}/api/v1/namespaces/${namespace}/services/${proxyName(name, ports[0])}/proxy`;
  return [escapeTerminal(labels['kubernetes.io/name'] || name), escapeTerminal(link)];
}

/** `name`, `name:port` or `https:name:port`. */
function proxyName(name: string, port: { name?: string; port: number } | undefined): string {
  const portName = port?.name ?? '';
  if (port && (portName === 'https' || port.port === 443)) return `https:${name}:${portName}`;
  return portName === '' ? name : `${name}:${portName}`;
}
