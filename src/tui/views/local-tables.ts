import type { KubeObject, TableColumn, TableRow } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import type { Source } from '../../api/source.ts';
import { humanDuration } from '../../lib/age.ts';
import type { DashboardServices } from '../services.ts';

/** Tables that no server serves, in the shape of resources so that one table view shows them all. */
function localResource(plural: string, singular: string, kind: string, shortNames: string[] = []): ResourceInfo {
  const base = { group: localGroup, version: 'v1', namespaced: false, categories: [], verbs: [], subresources: [] };
  return { ...base, plural, singular, kind, shortNames };
}

export const localGroup = 'kctl.dev';

/** A kind as messages and titles name it: `deployments.apps`; our own tables without their group. */
export function kindName(resource: ResourceInfo): string {
  return resource.group === localGroup ? resource.plural : groupResource(resource);
}

export const contextsResource = localResource('contexts', 'context', 'Context', ['ctx']);
export const aliasesResource = localResource('aliases', 'alias', 'Alias', ['a']);
export const containersResource: ResourceInfo = {
  ...localResource('containers', 'container', 'Container'),
  namespaced: true,
};

function columns(...names: string[]): TableColumn[] {
  return names.map((name) => ({ name, type: 'string' }));
}

function localRow(name: string, cells: unknown[], namespace?: string): TableRow {
  const metadata = { name, uid: name, resourceVersion: JSON.stringify(cells), ...(namespace ? { namespace } : {}) };
  return { cells, object: { apiVersion: `${localGroup}/v1`, kind: 'Row', metadata } };
}

/** A source that loads once; refreshing the view loads again. */
function loadedSource(columnNames: string[], load: () => Promise<TableRow[]>): Source<TableRow> {
  let stopped = false;
  return {
    start(sink) {
      load().then(
        (rows) => {
          if (stopped) return;
          sink.replace(rows, { columns: columns(...columnNames), resourceVersion: '' });
          sink.state({ phase: 'synced', since: Date.now() });
        },
        (error: Error) => !stopped && sink.state({ phase: 'failed', since: Date.now(), error }),
      );
    },
    stop() {
      stopped = true;
    },
  };
}

export function contextsSource(services: DashboardServices): Source<TableRow> {
  return loadedSource(['Name', 'Current', 'Cluster', 'User', 'Namespace'], async () => {
    const { current, contexts } = await services.contexts();
    return contexts.map(({ name, cluster, user, namespace }) =>
      localRow(name, [name, name === current ? '*' : '', cluster, user, namespace]),
    );
  });
}

/** Every resource with the names that a command may call it by. */
export function aliasesSource(services: DashboardServices): Source<TableRow> {
  return loadedSource(['Name', 'Kind', 'Aliases', 'Version', 'Namespaced'], async () => {
    const resources = await services.cluster.discovery.resources();
    const seen = new Set<string>();
    return resources.flatMap((resource) => {
      const name = resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
      if (seen.has(name) || !resource.verbs.includes('list')) return [];
      seen.add(name);
      const aliases = [...resource.shortNames, resource.singular].filter(Boolean).join(',');
      return [localRow(name, [name, resource.kind, aliases, resource.version, String(resource.namespaced)])];
    });
  });
}

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
function containerRows(pod: KubeObject, now: number): TableRow[] {
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

/** A live table of one pod's containers. */
export function containersSource(
  services: DashboardServices,
  podResource: ResourceInfo,
  namespace: string,
  pod: string,
): Source<TableRow> {
  const source = services.objectSource(podResource, { namespace, fieldSelector: `metadata.name=${pod}` });
  return {
    start(sink) {
      const show = (object: KubeObject | undefined) => {
        const items = object ? containerRows(object, services.timing.now()) : [];
        sink.replace(items, { columns: containerColumns, resourceVersion: object?.metadata.resourceVersion ?? '' });
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
