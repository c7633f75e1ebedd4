import type { KubeObject } from '../../../api/meta.ts';
import { matchesNode } from '../../../api/scheduling/node-affinity.ts';
import { FORBIDDING, type Taint, type Toleration, untolerated } from '../../../api/scheduling/taints.ts';
import type { PodTemplate } from '../revisions.ts';

/** A node that runs pods of a workload, or may come to run some. */
export interface CandidateNode {
  node: KubeObject;
  /** Pods of the workload there now, of any revision. */
  pods: number;
  /** By selectors, affinity, taints and cordons; whether there is room is the scheduler's to say. */
  mayRun: boolean;
  /** Names of images that containers of these pods run from, or ran: a node tells of what it keeps minutes later. */
  images: string[][];
}

/** What the DaemonSet controller lets its pods bear, so that they are on every node. */
const daemonTolerations: readonly Toleration[] = [
  'not-ready',
  'unreachable',
  'disk-pressure',
  'memory-pressure',
  'pid-pressure',
  'unschedulable',
].map((name) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists' }));

/** Those with pods first, then by name. */
export function candidateNodes(
  kind: string,
  template: PodTemplate,
  nodes: readonly KubeObject[],
  pods: readonly KubeObject[],
): CandidateNode[] {
  const placed = Map.groupBy(pods, ({ spec }) => String(spec?.nodeName ?? ''));
  return nodes
    .map((node) => {
      const here = placed.get(node.metadata.name ?? '') ?? [];
      const living = here.filter(({ metadata }) => !metadata.deletionTimestamp);
      return { node, pods: living.length, mayRun: mayRun(kind, template, node), images: here.flatMap(imagesOnNode) };
    })
    .filter((one) => one.pods > 0 || one.mayRun)
    .sort((a, b) => Number(b.pods > 0) - Number(a.pods > 0) || byName(a.node, b.node));
}

interface ContainerStatus {
  image?: string;
  imageID?: string;
}

/** An image has an id in the status once it is on the node (`docker.io/library/nginx@sha256:…`). */
function imagesOnNode({ status = {} }: KubeObject): string[][] {
  const statuses: ContainerStatus[] = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return statuses
    .filter(({ imageID = '' }) => imageID !== '')
    .map(({ image = '', imageID = '' }) => [image, imageID.replace(/^\w+-pullable:\/\//, '')].filter(isName));
}

/** Docker names what it has built itself by a bare digest. */
const isName = (text: string): boolean => text !== '' && !/^(docker:\/\/)?sha256:/.test(text);

const byName = (a: KubeObject, b: KubeObject): number =>
  (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '', 'en', { numeric: true });

function mayRun(kind: string, { spec = {} }: PodTemplate, node: KubeObject): boolean {
  const isDaemon = kind === 'DaemonSet';
  const tolerations = [...((spec['tolerations'] ?? []) as Toleration[]), ...(isDaemon ? daemonTolerations : [])];
  const { unschedulable, taints } = (node['spec'] ?? {}) as { unschedulable?: boolean; taints?: Taint[] };
  if (unschedulable && !isDaemon) return false;
  return matchesNode(spec, node) && !untolerated(taints, tolerations, FORBIDDING);
}
