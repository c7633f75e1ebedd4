import { addressOfView } from '../commands/open-address.ts';
import { TableModel } from '../views/table-model.ts';
import { plainLine } from './sgr-runs.ts';
import type { Shown } from './shown.ts';

/** A view as data: what `-o json` prints. Columns and cells are the server's, `lines` is what has neither. */
export interface ViewData {
  kind: 'KctlView';
  version: 1;
  /** When it was so, RFC 3339, by the cluster's clock. */
  at: string;
  context: string;
  title: { kind: string; scope: string; count: string; filter: string; notes: readonly string[] };
  /** How fresh it is: `synced`, `stale` (with why), ... */
  state?: string;
  problem?: string;
  address?: string;
  columns?: readonly string[];
  /** In the order of the screen; what the filter hides is not among them. */
  rows?: readonly { namespace?: string; name: string; uid: string; cells: Readonly<Record<string, unknown>> }[];
  lines?: readonly string[];
}

/** @param width what lines are laid out for */
export function viewData(dashboard: Shown, width: number): ViewData {
  const model = dashboard.current();
  const { theme } = dashboard.getSnapshot();
  const lines = model.lines(width, 100_000, theme).map((line) => plainLine(line).trimEnd());
  const state = dashboard.connection();
  const context = dashboard.services.cluster.contextName;
  const common: ViewData = {
    kind: 'KctlView',
    version: 1,
    at: new Date(dashboard.services.timing.now()).toISOString(),
    context,
    title: { ...model.title() },
    ...(state && { state: state.phase, ...(state.error && { problem: state.error.message }) }),
  };
  if (!(model instanceof TableModel)) {
    while (lines.at(-1) === '') lines.pop();
    const address = addressOfView(model, context);
    return { ...common, ...(address !== undefined && { address }), lines };
  }
  const columns = model.store.getSnapshot().columns.map(({ name }) => name);
  const rows = model.store.visibleRows().map(({ namespace, name, uid, cells }) => ({
    ...(namespace !== '' && { namespace }),
    name,
    uid,
    cells: Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? null])),
  }));
  return { ...common, address: addressOfView(model, context)!, columns, rows };
}
