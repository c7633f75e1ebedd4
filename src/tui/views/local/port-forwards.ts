import type { TableColumn, TableRow } from '../../../api/meta.ts';
import type { Sink, Source } from '../../../api/source.ts';
import { byteText } from '../../../lib/byte-text.ts';
import type { CompactRow } from '../../../store/compact-row.ts';
import type { TableStore } from '../../../store/table-store.ts';
import type { DashboardServices } from '../../services.ts';
import { pageAddress } from '../../state/address.ts';
import type { ForwardDesk, SeenForward } from '../../state/forwards.ts';
import { say } from '../../words/say.ts';
import {
  columns,
  type LocalTable,
  localGroup,
  localResource,
  type OpeningHost,
  type OpenLocalTable,
} from './local-table.ts';

/** Port-forwards of this dashboard and of every other kctl of the user, in all contexts. */
export const portForwardsResource = localResource('portforwards', 'portforward', 'PortForward', ['pf']);

/** As other tables say how an object is doing. */
const states: Readonly<Record<SeenForward['phase'], string>> = {
  starting: 'Pending',
  forwarding: 'Active',
  waiting: 'Waiting',
  lost: 'Lost',
  stopped: 'Completed',
};

interface ForwardColumn extends TableColumn {
  cell(forward: SeenForward): unknown;
  /** It changes with every byte: no news to be marked. */
  flows?: true;
}

const column = (name: string, cell: ForwardColumn['cell'], rest: Partial<ForwardColumn> = {}): ForwardColumn => ({
  ...columns(name)[0]!,
  cell,
  ...rest,
});

/** What matters most stands first: narrow screens give up columns from the right. */
const forwardColumns: readonly ForwardColumn[] = [
  column('Name', ({ target }) => target),
  column('Status', ({ phase }) => states[phase]),
  column('URL', ({ url }) => url),
  column('Port', ({ remote, remoteName }) => (remoteName ? `${remote} ${remoteName}` : String(remote))),
  column('Conns', ({ open, connections }) => `${open}/${connections}`, { flows: true }),
  column('In', ({ received, receivedRate }) => flow(received, receivedRate), { flows: true }),
  column('Out', ({ sent, sentRate }) => flow(sent, sentRate), { flows: true }),
  column('Pod', ({ pod }) => pod || '-'),
  column('Last error', ({ reason, lastError }) => reason || lastError || '-'),
  column('Container', ({ container }) => container || '-', { priority: 1 }),
  column('Namespace', ({ namespace }) => namespace),
  column('Context', ({ context }) => context || '-', { priority: 1 }),
  column('Set', ({ set }) => set || '-', { priority: 1 }),
  column('Kept by', ({ keeper }) => (keeper ? `${keeper.kind} ${keeper.pid}` : say('this dashboard'))),
  column('Age', () => ''),
];

/** `12.3Mi (1.1Mi/s)`, which sorts as a quantity. */
function flow(bytes: number, rate: number): string {
  const short = (count: number) => byteText(count).replace(/ (.)?i?B$/, (_, unit = '') => (unit ? `${unit}i` : ''));
  return rate > 0 ? `${short(bytes)} (${short(rate)}/s)` : short(bytes);
}

/** The row's name sorts as its target and tells it from others. */
const rowName = ({ target, local, id }: SeenForward): string => `${target}:${local} ${id}`;

/** Ages count in the cluster's time, which may be another than that of the wall. */
function tableRow(forward: SeenForward, lag: number): TableRow {
  const cells = forwardColumns.map(({ cell }) => cell(forward));
  const metadata = {
    name: rowName(forward),
    uid: forward.id,
    resourceVersion: JSON.stringify(cells),
    creationTimestamp: new Date(Math.round((forward.since + lag) / 1000) * 1000).toISOString(),
  };
  return { cells, object: { apiVersion: `${localGroup}/v1`, kind: 'Row', metadata } };
}

/** The forward of a row; undefined where it has ended. */
export function forwardOf(
  services: DashboardServices,
  rowOrUid: { uid?: string } | undefined,
): SeenForward | undefined {
  return services.forwards?.desk.getSnapshot().find(({ id }) => id === rowOrUid?.uid);
}

function openForwards(services: DashboardServices, desk: ForwardDesk): OpenLocalTable {
  const lag = services.timing.now() - Date.now();
  let shown = '';
  let unsubscribe: (() => void) | undefined;
  let looking: { stop(): void } | undefined;
  let seenIn: TableStore | undefined;
  const columnsOfRows = forwardColumns.map(({ name, type, priority }) => ({
    name,
    type,
    ...(priority && { priority }),
  }));
  const show = (sink: Sink<TableRow>) => {
    const forwards = desk.getSnapshot();
    // What flows is put into rows that stay.
    const lasting = JSON.stringify(
      forwards.map((forward) => [forward.id, ...forwardColumns.map((one) => (one.flows ? '' : one.cell(forward)))]),
    );
    if (lasting === shown) return recell();
    shown = lasting;
    sink.replace(
      forwards.map((forward) => tableRow(forward, lag)),
      { columns: columnsOfRows, resourceVersion: '' },
    );
  };
  const recell = () => {
    const byUid = new Map(desk.getSnapshot().map((forward) => [forward.id, forward]));
    seenIn?.recell((row) => freshCells(row, byUid.get(row.uid)));
  };
  const source: Source<TableRow> = {
    start(sink) {
      shown = '';
      unsubscribe = desk.subscribe(() => show(sink));
      show(sink);
      sink.state({ phase: 'synced', since: services.timing.now() });
      void desk.refresh();
    },
    stop: () => unsubscribe?.(),
  };
  const stopLooking = () => {
    looking?.stop();
    looking = undefined;
    seenIn = undefined;
  };
  return {
    source,
    notes() {
      const ending = desk.own.length;
      return ending > 0 ? [say('ending with the dashboard: {count}', { count: ending })] : [];
    },
    usage: {
      run(store, on) {
        if (!on) stopLooking();
        else if (!seenIn) {
          seenIn = store;
          looking = desk.look();
          recell();
        }
      },
      stop: stopLooking,
    },
  };
}

function freshCells(row: CompactRow, forward: SeenForward | undefined): readonly unknown[] | undefined {
  if (!forward) return undefined;
  const cells = row.cells.map((cell, at) => (forwardColumns[at]?.flows ? forwardColumns[at].cell(forward) : cell));
  return cells.some((cell, at) => cell !== row.cells[at]) ? cells : undefined;
}

const unforwarded: OpenLocalTable = {
  source: {
    start(sink) {
      sink.replace([], { columns: forwardColumns.map(({ name, type }) => ({ name, type })), resourceVersion: '' });
      sink.state({ phase: 'synced', since: 0 });
    },
    stop() {},
  },
};

/** Goes to what is forwarded to, also in another context. */
async function enter(host: OpeningHost, row: CompactRow): Promise<void> {
  const { services } = host;
  const forward = forwardOf(services, row);
  if (!forward) return;
  const { target, namespace, context } = forward;
  const [kind = '', name = ''] = target.split('/');
  if (context !== services.cluster.contextName) return host.command(pageAddress({ context, namespace, kind, name }));
  const resource = await services.cluster.discovery.resolve(kind);
  host.openTable({ resource, scope: { namespace, name }, of: target });
}

export const portForwardsTable: LocalTable = {
  resource: portForwardsResource,
  enter,
  open: (services) => (services.forwards ? openForwards(services, services.forwards.desk) : unforwarded),
};
