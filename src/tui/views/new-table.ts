import { groupResource } from '../../api/resource.ts';
import type { UserFiles } from '../../settings/read-user-files.ts';
import type { TableSort } from '../../store/compact-row.ts';
import type { DashboardServices } from '../services.ts';
import { askedBy, askerName, sourceOf } from '../state/asked-by.ts';
import { budgetOf, heldText } from '../state/budget.ts';
import type { Memory } from '../state/memory.ts';
import { isOneNamespace } from '../state/namespaces.ts';
import { keepSettings } from '../state/usuals.ts';
import { ForwardSigns } from './forward-signs.ts';
import { localTables } from './local/registry.ts';
import { seenStep } from './object/seen-step.ts';
import { columnSpecs } from './table-column-specs.ts';
import { type OpenTable, TableModel } from './table-model.ts';
import { type ShapeStep, specStep, tableShape } from './table-shape.ts';
import { specFor, type ViewSpec, type WrittenView } from './table-specs.ts';
import { hasUsage, TableUsage } from './table-usage.ts';
import { metricsOf, UsagePoll } from './table-usage-poll.ts';
import type { NewTable, TableView } from './view.ts';

/** Where the name says little: what happened last stands first. */
const newestFirst: TableSort = { column: 'Age', descending: false };
const sortOfKind: Readonly<Record<string, TableSort>> = {
  events: newestFirst,
  'events.events.k8s.io': newestFirst,
};

/** From this width on there is room for the columns that `-o wide` adds. */
export const wideFrom = 160;

/** Of more rows than these no whole objects are read: what they ask for is not worth what they weigh. */
const mostWhole = 20_000;

/**
 * A live table of `view`, whose unset parts are as usual: in the pane's namespace, with the order and the
 * columns that this kind had last, else as `views.yaml` says, else as its kind is read.
 */
export function newTableModel(
  view: NewTable,
  services: DashboardServices,
  usual: {
    namespace: string | undefined;
    wide: boolean;
    memory?: Memory;
    /** What the user has set: columns of kinds, and what may be asked of the server. */
    files?: Pick<UserFiles, 'settings'> & { views: Readonly<Record<string, WrittenView>> };
  },
): TableModel {
  const { namespace, wide, memory } = usual;
  const scope = view.scope ?? (view.resource.namespaced && namespace !== undefined ? { namespace } : {});
  const kind = groupResource(view.resource);
  const specs = columnSpecs(services);
  if (usual.files) {
    specs.use(usual.files.views);
    budgetOf(services).limit(usual.files.settings.budget);
    keepSettings(services, usual.files.settings);
  }
  const spec = () => specFor(specs.getSnapshot(), view.resource, scope.namespace);
  const sort = memory?.known.sorts[kind] ?? spec()?.sort ?? sortOfKind[kind];
  const columns = memory?.known.columns[kind];
  const defaults = { filter: '', wide, faults: false, ...(sort && { sort }), ...(columns && { columns }) };
  const whole: TableView = { ...defaults, ...view, type: 'table', scope };
  const local = localTables.get(kind);
  return new TableModel(
    whole,
    {
      open(current, rows, model) {
        const own = local?.open(services, current);
        if (own) return asking(current, own);
        const now = spec();
        const open = openServed(services, current, now, rows, model);
        const stop = specs.subscribe(() => {
          const next = spec();
          if (JSON.stringify(next, writeSets) === JSON.stringify(now, writeSets)) return;
          if (next?.sort) model.sortAs(next.sort);
          model.reopen();
        });
        const close = () => {
          stop();
          open.close?.();
        };
        return asking(current, { ...open, close });
      },
      learn({ sort: sorted, columns: chosen }) {
        if (!memory) return;
        const { sorts, columns: before } = memory.known;
        memory.learn({
          ...(sorted && { sorts: { ...sorts, [kind]: sorted } }),
          ...(chosen && { columns: { ...before, [kind]: chosen } }),
        });
      },
    },
    services.timing,
  );
}

const writeSets = (_: string, value: unknown) => (value instanceof Set ? [...value] : value);

/**
 * Rows as a server prints them, with figures of their use and the columns that the user's file asks for.
 * Where there are no metrics there are no such columns; the header says so.
 */
function openServed(
  services: DashboardServices,
  view: TableView,
  spec: ViewSpec | undefined,
  rows: number,
  model: Pick<TableModel, 'reopen' | 'store'>,
): OpenTable {
  const { resource, scope } = view;
  const metrics = metricsOf(services);
  if (rows > mostWhole) metrics.many = true;
  const usage = hasUsage(resource) && metrics.served ? new TableUsage(resource, !metrics.many) : undefined;
  const allNamespaces = resource.namespaced && !isOneNamespace(scope.namespace);
  const steps: ShapeStep[] = [
    ...(usage ? [usage] : []),
    ...(spec && spec.columns.length > 0 ? [specStep(spec, { allNamespaces, now: () => services.timing.now() })] : []),
  ];
  const seen = seenStep(services, resource, {
    namespace: scope.namespace,
    isWhole: steps.some((step) => step.wholeObjects),
    onMany: () => model.reopen(),
  });
  const signs = ForwardSigns.of(services, resource);
  signs?.follow(model.store, () => model.reopen());
  const poll =
    hasUsage(resource) && metrics.served !== false
      ? new UsagePoll({ services, resource, scope, usage, onServed: () => model.reopen() })
      : undefined;
  return {
    source: services.tableSource(
      resource,
      scope,
      tableShape([...(seen ? [seen] : []), ...steps, ...(signs ? [signs] : [])]),
    ),
    ...(poll && { usage: poll, notes: () => (usage && poll.isHeld ? [heldText()] : []) }),
    ...(signs && { close: () => signs.stop() }),
  };
}

/** The budget counts what a table asks for as its own. */
function asking(view: TableView, open: OpenTable): OpenTable {
  const name = askerName(view);
  const { source, usage } = open;
  return {
    ...open,
    source: sourceOf(name, source),
    ...(usage && {
      usage: {
        ...(usage.needed && { needed: () => usage.needed!() }),
        run: (store, on) => askedBy(name, () => usage.run(store, on)),
        stop: () => usage.stop(),
      },
    }),
  };
}
