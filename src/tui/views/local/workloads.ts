import type { TableColumn, TableRow } from '../../../api/meta.ts';
import { findBuiltin } from '../../../api/resources.ts';
import type { Source } from '../../../api/source.ts';
import { mergedSource } from '../../../store/merged-source.ts';
import type { DashboardServices } from '../../services.ts';
import { signsNow } from '../forward-signs.ts';
import type { ViewScope } from '../view.ts';
import { columns, type LocalTable, localResource } from './local-table.ts';
import { signedSource } from './signed-source.ts';

export const workloadsResource = {
  ...localResource('workloads', 'workload', 'Workload', ['wk']),
  namespaced: true,
};

type Look = (cell: (name: string) => unknown) => { ready: string; status: string; restarts?: unknown; info: string };

const text = (value: unknown): string =>
  value === null || value === undefined || value === '<none>' ? '' : String(value);

const counted = (ready: unknown, wanted: unknown, info: string) => {
  const missing = Number(wanted) - Number(ready);
  const status = Number(wanted) === 0 ? 'Scaled to 0' : missing > 0 ? `Missing ${missing}` : 'Ready';
  return { ready: `${text(ready)}/${text(wanted)}`, status, info };
};

/** How each kind's printed row says what all workloads have in common. By short name, in the order of k9s. */
const kinds: Readonly<Record<string, { kind: string; look: Look }>> = {
  po: {
    kind: 'pods',
    look: (cell) => ({
      ready: text(cell('Ready')),
      status: text(cell('Status')),
      restarts: cell('Restarts'),
      info: text(cell('Node')),
    }),
  },
  deploy: {
    kind: 'deployments.apps',
    look: (cell) => {
      const [ready, wanted] = text(cell('Ready')).split('/');
      return counted(ready, wanted, text(cell('Images')));
    },
  },
  sts: {
    kind: 'statefulsets.apps',
    look: (cell) => {
      const [ready, wanted] = text(cell('Ready')).split('/');
      return counted(ready, wanted, text(cell('Images')));
    },
  },
  ds: {
    kind: 'daemonsets.apps',
    look: (cell) => counted(cell('Ready'), cell('Desired'), text(cell('Images'))),
  },
  rs: {
    kind: 'replicasets.apps',
    look: (cell) => counted(cell('Ready'), cell('Desired'), text(cell('Images'))),
  },
  svc: {
    kind: 'services',
    look: (cell) => ({ ready: '', status: text(cell('Type')), info: text(cell('Port(s)')) }),
  },
};

const workloadColumns: TableColumn[] = columns('Kind', 'Name', 'Ready', 'Status', 'Restarts', 'Age', 'Info');

/** Separates the kind from the name in a row's name: rows of one name and two kinds are two. */
const slash = '/';

function workloadRow(short: string, look: Look, row: TableRow, from: readonly TableColumn[]): TableRow {
  const { metadata } = row.object;
  const cell = (name: string) => row.cells[from.findIndex((column) => column.name === name)];
  const { ready, status, restarts = '', info } = look(cell);
  return {
    cells: [short, metadata.name, ready, status, restarts, '', info],
    object: { ...row.object, metadata: { ...metadata, name: `${short}${slash}${metadata.name}` } },
  };
}

/** The rows of one kind as workloads. */
function kindSource(services: DashboardServices, scope: ViewScope, short: string): Source<TableRow> {
  const { kind, look } = kinds[short]!;
  const source = services.tableSource(findBuiltin(kind)!, scope);
  let known: readonly TableColumn[] = [];
  return {
    start(sink) {
      source.start({
        replace(rows, info) {
          known = info.columns;
          const items = rows.map((row) => workloadRow(short, look, row, known));
          sink.replace(items, { ...info, columns: workloadColumns });
        },
        change(type, row, info) {
          if (info.columns.length > 0) known = info.columns;
          sink.change(type, workloadRow(short, look, row, known), { columns: workloadColumns });
        },
        state: (state) => sink.state(state),
      });
    },
    stop: () => source.stop(),
  };
}

const keyOf = ({ object: { metadata } }: TableRow): string => `${metadata.namespace}/${metadata.name}`;

/** What rows of all kinds are forwarded to, by their keys. */
function signsOfAll(services: DashboardServices): Map<string, string> {
  const found = Object.entries(kinds).flatMap(([short, { kind }]) =>
    [...signsNow(services, kind)].map(([key, sign]): [string, string] => {
      const [namespace, name] = key.split('/');
      return [`${namespace}/${short}${slash}${name}`, sign];
    }),
  );
  return new Map(found);
}

/** Everything that runs, and what leads to it, in one table: one watch for each kind. */
export const workloadsTable: LocalTable = {
  resource: workloadsResource,
  open: (services, { scope }) => ({
    source: signedSource(
      services,
      mergedSource(
        Object.keys(kinds).map((short) => kindSource(services, scope, short)),
        keyOf,
      ),
      { signs: () => signsOfAll(services), keyOf },
    ),
    refOf({ name, namespace, uid }) {
      const at = name.indexOf(slash);
      const known = kinds[name.slice(0, at)];
      return known && { resource: findBuiltin(known.kind)!, namespace, name: name.slice(at + 1), uid };
    },
  }),
};
