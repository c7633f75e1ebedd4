import type { LiveKinds } from '../pages/live-kinds.ts';
import { type DerivedRow, derivedTable, refTo } from './derived-table.ts';
import { coresText, memoryText, metricsMs, namedColumns, type PodLoad, podLoad, UsageFigures } from './load.ts';
import { type LocalTable, localResource } from './local-table.ts';

export const nodeLoadResource = { ...localResource('node-load', 'node-load', 'NodeLoad'), namespaced: true };

const loadColumns = namedColumns(
  ...['Name', 'CPU requested', 'CPU used', 'CPU limit', 'Memory requested', 'Memory used', 'Memory limit'],
);

function loadRows(live: LiveKinds, used: UsageFigures): DerivedRow[] {
  return [...live.items('pods').values()].flatMap(({ resource, namespace, name, uid, value }) => {
    const { isOver, requests, limits } = value as PodLoad;
    if (isOver) return [];
    const usage = used.of(`${namespace}/${name}`);
    return {
      id: name,
      namespace,
      ref: refTo(resource, namespace, name, uid),
      cells: [
        ...[name, coresText(requests.cpu), coresText(usage?.cpu), coresText(limits.cpu)],
        ...[memoryText(requests.memory), memoryText(usage?.memory), memoryText(limits.memory)],
      ],
    };
  });
}

/** What the pods of a node ask for, use and may take. */
export const nodeLoadTable: LocalTable = {
  resource: nodeLoadResource,
  open(services, { argument: node }) {
    if (node === undefined) return undefined;
    const used = new UsageFigures();
    return derivedTable(services, {
      columns: loadColumns,
      kinds: [{ kind: 'pods', scope: { fieldSelector: `spec.nodeName=${node}` }, keep: podLoad }],
      rows: (live) => loadRows(live, used),
      poll: { everyMs: metricsMs, ask: () => used.ask(services, 'pods') },
    });
  },
};
