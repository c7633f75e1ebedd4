import type { KubeObject } from '../../../../api/meta.ts';
import { quantityValue } from '../../../../lib/quantity.ts';
import type { Lister } from '../../../client.ts';
import type { ContainerSpec } from '../../../runtime/container.ts';

/** The value of a pod's field for an environment variable or a file; undefined for what has none. */
export function fieldValue(pod: KubeObject, path: string): string | undefined {
  const { metadata, spec, status } = pod as KubeObject & { spec: Fields; status?: Fields };
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2]!] ?? '';
  const list = (entries: Record<string, string> | undefined) =>
    Object.entries(entries ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join('\n');
  const addresses = (name: 'podIPs' | 'hostIPs', single: 'podIP' | 'hostIP') =>
    ((status?.[name] as { ip: string }[] | undefined)?.map(({ ip }) => ip) ?? [status?.[single] as string])
      .filter(Boolean)
      .join(',');
  const fields: Readonly<Record<string, () => string | undefined>> = {
    'metadata.name': () => metadata.name,
    'metadata.namespace': () => metadata.namespace,
    'metadata.uid': () => metadata.uid,
    'metadata.labels': () => list(metadata.labels),
    'metadata.annotations': () => list(metadata.annotations),
    'spec.nodeName': () => spec['nodeName'] as string,
    'spec.serviceAccountName': () => (spec['serviceAccountName'] as string) ?? 'default',
    'status.hostIP': () => status?.['hostIP'] as string,
    'status.hostIPs': () => addresses('hostIPs', 'hostIP'),
    'status.podIP': () => status?.['podIP'] as string,
    'status.podIPs': () => addresses('podIPs', 'podIP'),
  };
  return fields[path]?.();
}

type Fields = Record<string, unknown>;

interface ResourceReference {
  containerName?: string;
  resource: string;
  divisor?: string;
}

/** A limit or request in units of the divisor, rounded up; without a limit, what the node can give (kubelet's rule). */
export function resourceValue(
  lister: Lister,
  pod: KubeObject,
  own: ContainerSpec | undefined,
  { containerName, resource, divisor }: ResourceReference,
): string {
  const all: ContainerSpec[] = [...pod['spec'].containers, ...(pod['spec'].initContainers ?? [])];
  const container = containerName ? all.find(({ name }) => name === containerName) : own;
  const [kind = '', name = ''] = resource.split('.') as ['limits' | 'requests', string];
  let text = container?.resources?.[kind as 'limits']?.[name];
  if (text === undefined && kind === 'limits') {
    const node = lister.get<KubeObject>('nodes', undefined, pod['spec'].nodeName);
    text = node?.['status']?.allocatable?.[name];
  }
  const unit = !divisor || divisor === '0' ? 1 : quantityValue(divisor);
  return String(Math.ceil(quantityValue(text ?? '0') / unit));
}
