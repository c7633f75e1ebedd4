import type { KubeObject, TableRow } from '../../../api/meta.ts';
import type { ResourceInfo } from '../../../api/resource.ts';
import type { Source } from '../../../api/source.ts';
import { humanDuration } from '../../../lib/age.ts';
import type { DashboardServices } from '../../services.ts';
import { containerSigns } from '../forward-signs.ts';
import { ContainerUsage } from './container-usage.ts';
import { columns, type LocalTable, localResource, localRow } from './local-table.ts';
import { signedSource } from './signed-source.ts';

export const containersResource: ResourceInfo = {
  ...localResource('containers', 'container', 'Container'),
  namespaced: true,
};

/** Parts of a pod as they came; their fields are looked at with care. */
type Loose = KubeObject[string];

/** `Running`, `Waiting: CrashLoopBackOff` and the like, the reason alone where there is one. */
function containerState(status: Loose | undefined): string {
  const state = status?.state ?? {};
  if (state.running) return 'Running';
  if (state.terminated) return state.terminated.reason ?? (state.terminated.exitCode === 0 ? 'Completed' : 'Error');
  return state.waiting?.reason ?? 'Waiting';
}

function lastExit(status: Loose | undefined): string {
  const last = status?.lastState?.terminated;
  return last ? `${last.reason ?? 'exit'} (${last.exitCode})` : '';
}

/** The containers of a pod in the order they start, each kind marked. */
function containerRows(pod: KubeObject, usage: ContainerUsage, now: number): TableRow[] {
  const statuses = new Map<string, Loose>();
  for (const list of ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses']) {
    for (const status of pod.status?.[list] ?? []) statuses.set(status.name, status);
  }
  const rows: TableRow[] = [];
  const add = (container: Loose, role: string) => {
    const status = statuses.get(container.name);
    const started = status?.state?.running?.startedAt;
    const ports = (container.ports ?? [])
      .map((port: Loose) => `${port.containerPort}/${port.protocol ?? 'TCP'}`)
      .join(',');
    const cells = [
      rows.length + 1,
      container.name,
      role,
      status?.ready ? 'true' : 'false',
      containerState(status),
      status?.restartCount ?? 0,
      ...usage.cells(container),
      lastExit(status),
      container.image,
      ports,
      started ? humanDuration(now - Date.parse(started)) : '',
    ];
    rows.push(localRow(container.name, cells, pod.metadata.namespace));
  };
  for (const container of pod.spec?.initContainers ?? []) {
    add(container, container.restartPolicy === 'Always' ? 'sidecar' : 'init');
  }
  for (const container of pod.spec?.containers ?? []) add(container, 'main');
  for (const container of pod.spec?.ephemeralContainers ?? []) add(container, 'debug');
  return rows;
}

const containerColumns = columns(
  'Idx',
  'Name',
  'Role',
  'Ready',
  'Status',
  'Restarts',
  'Last exit',
  'Image',
  'Ports',
  'Up',
);

/** Where CPU and memory stand: behind the restarts. */
const usageAt = 6;

/** A live table of one pod's containers. */
function containersSource(
  services: DashboardServices,
  podResource: ResourceInfo,
  namespace: string,
  pod: string,
  usage: ContainerUsage,
): Source<TableRow> {
  const source = services.objectSource(podResource, { namespace, fieldSelector: `metadata.name=${pod}` });
  return {
    start(sink) {
      const show = (object: KubeObject | undefined) => {
        const items = object ? containerRows(object, usage, services.timing.now()) : [];
        sink.replace(items, {
          columns: containerColumns.toSpliced(usageAt, 0, ...usage.columns),
          resourceVersion: object?.metadata.resourceVersion ?? '',
        });
      };
      source.start({
        replace: (items) => show(items[0]),
        change: (type, item) => show(type === 'DELETED' ? undefined : item),
        state: (state) => sink.state(state),
      });
    },
    stop: () => source.stop(),
  };
}

export const containersTable: LocalTable = {
  resource: containersResource,
  open(services, { parent }) {
    if (!parent) return undefined;
    const { resource, namespace = '', name } = parent;
    const usage = new ContainerUsage(services, namespace, name);
    const source = containersSource(services, resource, namespace, name, usage);
    const keyOf = ({ object }: TableRow) => object.metadata.name ?? '';
    const signs = () => containerSigns(services, namespace, name);
    return { source: signedSource(services, source, { signs, keyOf }), usage };
  },
};
