import type { KubeObject } from '../../api/meta.ts';

/** What an image has to be for, to run on a node. */
export interface NodePlatform {
  os: string;
  architecture: string;
  /** `10.0.20348.2113`, of Windows: its images are for one build of it. */
  osVersion?: string;
  /** Nobody says what the nodes are: this is the commonest. */
  isAssumed?: boolean;
}

/** Who pulls an image: the pod, or what makes such pods. */
export interface ImagePuller {
  /** '' where it is in none. */
  namespace: string;
  /** Of a pod: what it names of pull secrets and its service account. Absent: for nobody. */
  spec?: Readonly<Record<string, unknown>>;
  platform: NodePlatform;
}

/** By the status of a node. */
export function platformOfNode(node: KubeObject | undefined): NodePlatform {
  const { operatingSystem, architecture, kernelVersion } = node?.['status']?.nodeInfo ?? {};
  if (!operatingSystem && !architecture) return { os: 'linux', architecture: 'amd64', isAssumed: true };
  return {
    ...{ os: operatingSystem || 'linux', architecture: architecture || 'amd64' },
    ...(operatingSystem === 'windows' && typeof kernelVersion === 'string' && { osVersion: kernelVersion }),
  };
}

/** The same by what a pod asks for where it has no node. */
function wantedPlatform(spec: Readonly<Record<string, unknown>>): Partial<NodePlatform> {
  const { nodeSelector = {}, os } = spec as { nodeSelector?: Record<string, string>; os?: { name?: string } };
  const name = os?.name ?? nodeSelector['kubernetes.io/os'];
  const architecture = nodeSelector['kubernetes.io/arch'];
  return { ...(name && { os: name }), ...(architecture && { architecture }) };
}

/**
 * Who pulls for a pod: on its node, or where it may come to one, on the first that is what it asks for.
 * @param nodes by name
 */
export function pullerOf(pod: KubeObject | undefined, nodes: ReadonlyMap<string, KubeObject>): ImagePuller {
  const { namespace = '' } = pod?.metadata ?? {};
  const spec: Record<string, unknown> | undefined = pod?.['spec'];
  const own = nodes.get(String(spec?.['nodeName'] ?? ''));
  if (own) return { namespace, ...(spec && { spec }), platform: platformOfNode(own) };
  const wanted = wantedPlatform(spec ?? {});
  const all = [...nodes.values()].map(platformOfNode);
  const found =
    all.find((one) => Object.entries(wanted).every(([key, value]) => one[key as keyof NodePlatform] === value)) ??
    all[0] ??
    platformOfNode(undefined);
  return { namespace, ...(spec && { spec }), platform: { ...found, ...wanted } };
}

/** `linux/arm64`, `windows/amd64:10.0.20348.2113`; what is assumed ends with `?`. */
export function nodePlatformText({ os, architecture, osVersion, isAssumed }: NodePlatform): string {
  return `${os}/${architecture}${osVersion ? `:${osVersion}` : ''}${isAssumed ? '?' : ''}`;
}
