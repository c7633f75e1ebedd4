import type { KubeList } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import type { CommandContext } from '../command.ts';

/** Where a list is empty because its namespace does not exist, people are told so, and which one was meant. It never fails. */
export async function hintAtNamespace(cluster: Cluster, { io, tool, signal }: CommandContext): Promise<void> {
  const { namespace, namespaceExplicit, transport } = cluster;
  if (!io.stderr.isTTY || tool === 'kubectl' || !namespaceExplicit) return;
  const path = '/api/v1/namespaces';
  try {
    await transport.json({ method: 'GET', path: `${path}/${encodeURIComponent(namespace)}`, signal });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) return;
    const list = await transport.json<KubeList>({ method: 'GET', path, signal }).catch(() => undefined);
    const near = nearestName(namespace, list?.items.map(({ metadata }) => metadata.name ?? '') ?? []);
    const question = near === undefined ? '' : ` Did you mean "${escapeTerminal(near)}"?`;
    io.stderr.write(`There is no namespace "${escapeTerminal(namespace)}".${question}\n`);
  }
}
