import { containerSum } from '../../../api/container-sum.ts';
import type { KubeObject, TableColumn } from '../../../api/meta.ts';
import { quantityValue } from '../../../lib/quantity.ts';
import type { DashboardServices } from '../../services.ts';

/** CPU in cores, memory in bytes. */
export interface Load {
  cpu: number;
  memory: number;
}

/** What is kept of a pod for sums over nodes and namespaces. */
export interface PodLoad {
  node: string;
  /** It has ended: it takes nothing any more. */
  isOver: boolean;
  requests: Load;
  limits: Load;
}

export function podLoad({ spec = {}, status }: KubeObject): PodLoad {
  return {
    node: spec.nodeName ?? '',
    isOver: status?.phase === 'Succeeded' || status?.phase === 'Failed',
    requests: loadOf(spec, 'requests'),
    limits: loadOf(spec, 'limits'),
  };
}

function loadOf(spec: KubeObject['spec'], kind: 'requests' | 'limits'): Load {
  const sum = containerSum(spec, kind);
  return { cpu: sum.get('cpu')?.value ?? 0, memory: sum.get('memory')?.value ?? 0 };
}

export function addLoads(loads: readonly Load[]): Load {
  return loads.reduce((sum, { cpu, memory }) => ({ cpu: sum.cpu + cpu, memory: sum.memory + memory }), {
    cpu: 0,
    memory: 0,
  });
}

const barCells = 6;

/** ` 31% ██····`: a share of 1, more than whole where it is. Nothing where it is not known. */
export function shareText(part: number | undefined, whole: number): string {
  if (part === undefined || !(whole > 0)) return '';
  const share = part / whole;
  const full = Math.min(barCells, Math.round(share * barCells));
  const bar = '█'.repeat(share > 0 ? Math.max(1, full) : 0);
  return `${String(Math.round(share * 100)).padStart(3)}% ${bar.padEnd(barCells, '·')}`;
}

/** `250m`, `4`: cores as manifests have them. */
export function coresText(cores: number | undefined): string {
  if (cores === undefined) return '';
  return cores === 0
    ? '0'
    : cores < 10 && !Number.isInteger(cores)
      ? `${Math.round(cores * 1000)}m`
      : String(Math.round(cores));
}

/** `512Mi`: bytes as manifests have them. */
export function memoryText(bytes: number | undefined): string {
  if (bytes === undefined) return '';
  return bytes < 10 * 2 ** 30 ? `${Math.round(bytes / 2 ** 20)}Mi` : `${(bytes / 2 ** 30).toFixed(1)}Gi`;
}

/** Columns by name; those with a star are for wide tables. */
export function namedColumns(...names: string[]): TableColumn[] {
  return names.map((name) => ({ name: name.replace(/\*$/, ''), type: 'string', priority: name.endsWith('*') ? 1 : 0 }));
}

/** How often figures of use are asked for, ms. */
export const metricsMs = 30_000;

interface Metrics {
  items: {
    metadata: { name: string; namespace?: string };
    usage?: Usage;
    containers?: { usage: Usage }[];
  }[];
}
type Usage = { cpu?: string; memory?: string };

/** What nodes or pods use, by `name` or `namespace/name`, from metrics.k8s.io. */
export class UsageFigures {
  #known: ReadonlyMap<string, Load> = new Map();

  of(key: string): Load | undefined {
    return this.#known.get(key);
  }

  /** @returns false where the cluster has no metrics, now or ever */
  async ask({ cluster }: DashboardServices, kind: 'nodes' | 'pods'): Promise<boolean> {
    const path = `/apis/metrics.k8s.io/v1beta1/${kind}`;
    try {
      const { items } = await cluster.transport.json<Metrics>({ method: 'GET', path });
      this.#known = new Map(items.map((item) => [keyOf(item.metadata), addLoads(usagesOf(item).map(readUsage))]));
      return true;
    } catch {
      // Figures that were there once may come back.
      return this.#known.size > 0;
    }
  }
}

const keyOf = ({ name, namespace }: { name: string; namespace?: string }) =>
  namespace ? `${namespace}/${name}` : name;
const usagesOf = ({ usage, containers = [] }: Metrics['items'][number]): Usage[] =>
  usage ? [usage] : containers.map((container) => container.usage);
const readUsage = ({ cpu = '0', memory = '0' }: Usage): Load => ({
  cpu: quantityValue(cpu),
  memory: quantityValue(memory),
});
