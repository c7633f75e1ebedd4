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
  UsageFigures,
} from './load.ts';
import { type LocalTable, localResource } from './local-table.ts';

export const namespaceLoadResource = localResource('namespace-load', 'namespace-load', 'NamespaceLoad');

const loadColumns = namedColumns(
  ...['Name', 'Pods', 'CPU requested', 'CPU used', 'CPU limits', 'Memory requested', 'Memory used', 'Memory limits'],
);

function loadRows(live: LiveKinds, used: UsageFigures): DerivedRow[] {
  const pods = [...live.items('pods').values()].filter(({ value }) => !(value as PodLoad).isOver);
  const byNamespace = Map.groupBy(pods, ({ namespace = '' }) => namespace);
  return [...live.items('namespaces').values()].map(({ resource, name, uid }) => {
    const inside = byNamespace.get(name) ?? [];
    const requests = addLoads(inside.map(({ value }) => (value as PodLoad).requests));
    const limits = addLoads(inside.map(({ value }) => (value as PodLoad).limits));
    const usages = inside.flatMap((pod) => used.of(`${name}/${pod.name}`) ?? []);
    const usage = usages.length > 0 ? addLoads(usages) : undefined;
    return {
      id: name,
      ref: refTo(resource, undefined, name, uid),
      cells: [
        ...[name, inside.length, coresText(requests.cpu), coresText(usage?.cpu), coresText(limits.cpu)],
        ...[memoryText(requests.memory), memoryText(usage?.memory), memoryText(limits.memory)],
      ],
    };
  });
}

/** What the pods of each namespace ask for, use and may take together. */
export const namespaceLoadTable: LocalTable = {
  resource: namespaceLoadResource,
  open(services) {
    const used = new UsageFigures();
    return derivedTable(services, {
      columns: loadColumns,
      kinds: [
        { kind: 'namespaces', scope: {}, keep: () => undefined },
        { kind: 'pods', scope: {}, keep: podLoad },
      ],
      rows: (live) => loadRows(live, used),
      poll: { everyMs: metricsMs, ask: () => used.ask(services, 'pods') },
    });
  },
};
