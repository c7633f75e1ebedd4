import type { KubeObject } from '../../../api/meta.ts';
import { quantityValue } from '../../../lib/quantity.ts';
import type { LiveKinds } from '../pages/live-kinds.ts';
import { type DerivedRow, derivedTable, refTo } from './derived-table.ts';
import {
  addLoads,
  coresText,
  memoryText,
  metricsMs,
  namedColumns,
  type PodLoad,
  podLoad,
  shareText,
  UsageFigures,
} from './load.ts';
import { type LocalTable, localResource } from './local-table.ts';
import { nodeLoadResource } from './node-load.ts';

export const capacityResource = localResource('capacity', 'capacity', 'Capacity');

const capacityColumns = namedColumns(
  ...['Name', 'Status', 'CPU req', 'CPU used', 'Mem req', 'Mem used', 'Pods', 'CPU lim', 'Mem lim', 'CPU', 'Memory'],
);

interface NodeFacts {
  status: string;
  cpu: number;
  memory: number;
  pods: number;
  created: string | undefined;
}

function nodeFacts({ metadata, spec, status }: KubeObject): NodeFacts {
  const conditions: { type: string; status: string }[] = status?.conditions ?? [];
  const isReady = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  const amount = (name: string) => quantityValue(status?.allocatable?.[name] ?? '0');
  return {
    status: `${isReady ? 'Ready' : 'NotReady'}${spec?.unschedulable ? ',SchedulingDisabled' : ''}`,
    cpu: amount('cpu'),
    memory: amount('memory'),
    pods: amount('pods'),
    created: metadata.creationTimestamp,
  };
}

function capacityRows(live: LiveKinds, used: UsageFigures): DerivedRow[] {
  const byNode = Map.groupBy(
    live.values<PodLoad>('pods').filter(({ isOver }) => !isOver),
    ({ node }) => node,
  );
  return [...live.items('nodes').values()].map(({ resource, name, uid, value }) => {
    const node = value as NodeFacts;
    const pods = byNode.get(name) ?? [];
    const requests = addLoads(pods.map((pod) => pod.requests));
    const limits = addLoads(pods.map((pod) => pod.limits));
    const usage = used.of(name);
    return {
      id: name,
      ref: refTo(resource, undefined, name, uid),
      created: node.created,
      cells: [
        ...[name, node.status, shareText(requests.cpu, node.cpu), shareText(usage?.cpu, node.cpu)],
        ...[shareText(requests.memory, node.memory), shareText(usage?.memory, node.memory)],
        ...[`${pods.length}/${node.pods}`, shareText(limits.cpu, node.cpu), shareText(limits.memory, node.memory)],
        ...[coresText(node.cpu), memoryText(node.memory)],
      ],
    };
  });
}

/** How full nodes are: what pods ask for, may take and use, of what a node gives. */
export const capacityTable: LocalTable = {
  resource: capacityResource,
  open(services) {
    const used = new UsageFigures();
    return derivedTable(services, {
      columns: capacityColumns,
      kinds: [
        { kind: 'nodes', scope: {}, keep: nodeFacts },
        { kind: 'pods', scope: {}, keep: podLoad },
      ],
      rows: (live) => capacityRows(live, used),
      poll: { everyMs: metricsMs, ask: () => used.ask(services, 'nodes') },
    });
  },
  enter(host, { name }) {
    host.openTable({ resource: nodeLoadResource, argument: name, scope: {}, of: `node/${name}` });
  },
};
