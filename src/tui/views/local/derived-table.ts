import type { TableColumn, TableRow } from '../../../api/meta.ts';
import type { ResourceInfo } from '../../../api/resource.ts';
import type { Source } from '../../../api/source.ts';
import type { CompactRow } from '../../../store/compact-row.ts';
import type { DashboardServices } from '../../services.ts';
import { budgetOf } from '../../state/budget.ts';
import { type KindWish, LiveKinds } from '../pages/live-kinds.ts';
import type { ObjectRef } from '../view.ts';
import { localGroup, type OpenLocalTable } from './local-table.ts';

/** A row worked out from other objects, and the object that it stands for. */
export interface DerivedRow {
  /** Tells the row from all others of its namespace. */
  id: string;
  namespace?: string | undefined;
  cells: readonly unknown[];
  ref?: ObjectRef | undefined;
  created?: string | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
}

export interface Derivation {
  columns: readonly TableColumn[];
  kinds: readonly KindWish[];
  /** All rows, from what is known now; asked again after changes. */
  rows(live: LiveKinds): readonly DerivedRow[];
  /** Told once, what to call when rows read differently for a reason of their own. @returns what ends that */
  attach?(changed: () => void): () => void;
  /** For what has no watch: asked while the table is seen. @returns false where it is never worth asking again */
  poll?: { everyMs: number; ask(): Promise<boolean> };
}

function tableRow({ id, namespace, cells, ref, created, labels }: DerivedRow): TableRow {
  const metadata = {
    name: id,
    uid: ref?.uid ?? id,
    resourceVersion: JSON.stringify(cells),
    ...(namespace && { namespace }),
    ...(created && { creationTimestamp: created }),
    ...(labels && { labels: { ...labels } }),
  };
  return { cells: [...cells], object: { apiVersion: `${localGroup}/v1`, kind: 'Row', metadata } };
}

const keyOf = ({ id, namespace }: DerivedRow): string => (namespace ? `${namespace}/${id}` : id);

/** A table whose rows are worked out from live objects of several kinds. */
export function derivedTable(services: DashboardServices, derivation: Derivation): OpenLocalTable {
  let refs = new Map<string, ObjectRef>();
  let live: LiveKinds | undefined;
  let detach: (() => void) | undefined;
  let show = () => {};
  const source: Source<TableRow> = {
    start(sink) {
      show = () => {
        if (!live) return;
        const state = live.state();
        const rows = derivation.rows(live);
        // While kinds are still coming in, half a table would be a guess.
        if (state.phase !== 'connecting' && (state.phase !== 'failed' || rows.length > 0)) {
          refs = new Map(rows.flatMap((row) => (row.ref ? [[keyOf(row), row.ref]] : [])));
          sink.replace(rows.map(tableRow), { columns: [...derivation.columns], resourceVersion: '' });
        }
        sink.state(state);
      };
      live = new LiveKinds(services, derivation.kinds, show);
      live.start();
      detach = derivation.attach?.(show);
    },
    stop() {
      live?.stop();
      live = undefined;
      detach?.();
    },
  };
  const { poll } = derivation;
  const usage = poll && polling(services, poll, () => show());
  return { source, refOf: (row: CompactRow) => refs.get(row.key), ...(usage && { usage }) };
}

/** Asks again and again while the table is seen. */
function polling(services: DashboardServices, { everyMs, ask }: NonNullable<Derivation['poll']>, changed: () => void) {
  let isOn = false;
  let isOver = false;
  let timer: { cancel(): void } | undefined;
  /** Which time it was turned on: an answer that comes after that is let go. */
  let turn = 0;
  const go = async (mine: number): Promise<void> => {
    const isWorth = await ask().catch(() => false);
    if (mine !== turn) return;
    isOver = !isWorth;
    if (isOver) return;
    changed();
    timer = services.timing.after(everyMs, () => whenRoom(mine));
  };
  /** What is polled waits where the API budget is spent. */
  const whenRoom = (mine: number): void => {
    timer = undefined;
    budgetOf(services).whenRoom(() => {
      if (mine === turn && isOn) void go(mine);
    });
  };
  const stop = () => {
    isOn = false;
    turn++;
    timer?.cancel();
    timer = undefined;
  };
  const run = (_: unknown, on: boolean) => {
    if (!on) stop();
    else if (!isOn && !isOver) {
      isOn = true;
      whenRoom(turn);
    }
  };
  return { run, stop };
}

/** What names an object of a kept kind. */
export function refTo(resource: ResourceInfo, namespace: string | undefined, name: string, uid?: string): ObjectRef {
  return { resource, namespace, name, ...(uid && { uid }) };
}
