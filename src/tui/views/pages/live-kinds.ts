import type { KubeObject, TableColumn, TableRow } from '../../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../../api/resource.ts';
import type { Sink, Source, SourceState } from '../../../api/source.ts';
import { ApiStatusError } from '../../../api/status.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { DashboardServices } from '../../services.ts';
import { isOneNamespace, namespaceTest } from '../../state/namespaces.ts';
import type { ViewScope } from '../view.ts';

/** One kind that a page follows. */
export interface KindWish {
  /** As discovery knows it: `deployments.apps`. */
  kind: string;
  scope: ViewScope;
  /** The page says something without it: a cluster that lacks the kind, or refuses it, is no failure. */
  optional?: boolean;
  /** What is kept of each object; the rest is let go at once. Default: all of it. */
  keep?(object: KubeObject): unknown;
  /** Follows printed rows, which come without the objects: `keep` gets what metadata they have, and the row. */
  rows?: boolean;
  keepRow?(row: TableRow, columns: readonly TableColumn[]): unknown;
}

/** One followed object: where it is, and what was kept of it. */
export interface Kept {
  resource: ResourceInfo;
  namespace: string | undefined;
  name: string;
  uid: string;
  value: unknown;
}

/** Changes are collected for so long (ms) before readers are told, so that a burst is one change; longer where there is much to go through. */
const gatherMs = { least: 100, most: 2000, perItem: 0.02 };

interface Followed {
  wish: KindWish;
  resource: ResourceInfo | undefined;
  source: Source<KubeObject> | Source<TableRow> | undefined;
  items: Map<string, Kept>;
  state: SourceState;
  error: Error | undefined;
}

const connecting = (since: number): SourceState => ({ phase: 'connecting', since });

/** Several kinds followed together by watches, and told of together. */
export class LiveKinds {
  readonly #services: DashboardServices;
  readonly #onChange: () => void;
  readonly #followed: Map<string, Followed>;
  #timer: { cancel(): void } | undefined;
  #stopped = false;
  /** Undefined while it is followed. */
  #heldSince: number | undefined;

  constructor(services: DashboardServices, wishes: readonly KindWish[], onChange: () => void) {
    this.#services = services;
    this.#onChange = onChange;
    const since = services.timing.now();
    this.#followed = new Map(
      wishes.map((wish) => [
        wish.kind,
        { wish, resource: undefined, source: undefined, items: new Map(), state: connecting(since), error: undefined },
      ]),
    );
  }

  start(): void {
    for (const followed of this.#followed.values()) void this.#follow(followed);
  }

  /** Stops asking and keeps what is known, or goes on with it: for a time in which the API budget is spent. */
  hold(is: boolean): void {
    if (is === (this.#heldSince !== undefined) || this.#stopped) return;
    this.#heldSince = is ? this.#services.timing.now() : undefined;
    for (const followed of this.#followed.values()) {
      if (!is) void this.#follow(followed);
      else {
        followed.source?.stop();
        followed.source = undefined;
      }
    }
    this.#wake();
  }

  async #follow(followed: Followed): Promise<void> {
    const { wish } = followed;
    try {
      const resource = await this.#services.cluster.discovery.resolve(wish.kind);
      if (this.#stopped || this.#heldSince !== undefined) return;
      followed.resource = resource;
      const { namespace, ...rest } = wish.scope;
      const isOne = namespace === undefined || isOneNamespace(namespace);
      const scope = isOne ? wish.scope : rest;
      const wanted = isOne ? () => true : namespaceTest(namespace);
      if (wish.rows) {
        const source = this.#services.tableSource(resource, wish.scope);
        followed.source = source;
        source.start(this.#rowSink(followed, resource));
      } else {
        const source = this.#services.objectSource(resource, resource.namespaced ? scope : rest);
        followed.source = source;
        source.start(this.#objectSink(followed, resource, ({ metadata }) => wanted(metadata.namespace ?? '')));
      }
    } catch (error) {
      followed.error = error as Error;
      followed.state = { phase: 'failed', since: this.#services.timing.now(), error: error as Error };
      this.#wake();
    }
  }

  #objectSink(followed: Followed, resource: ResourceInfo, wanted: (object: KubeObject) => boolean): Sink<KubeObject> {
    const keep = followed.wish.keep ?? ((object: KubeObject) => object);
    const put = (object: KubeObject) => {
      if (wanted(object)) followed.items.set(keyOf(object), keptOf(resource, object, keep(object)));
    };
    return {
      replace: (objects) => {
        followed.items = new Map();
        for (const object of objects) put(object);
        this.#wake();
      },
      change: (type, object) => {
        if (type === 'DELETED') followed.items.delete(keyOf(object));
        else put(object);
        this.#wake();
      },
      state: (state) => this.#setState(followed, state),
    };
  }

  #rowSink(followed: Followed, resource: ResourceInfo): Sink<TableRow> {
    let columns: readonly TableColumn[] = [];
    const keep = followed.wish.keepRow ?? (() => undefined);
    const put = (row: TableRow) => {
      followed.items.set(keyOf(row.object), keptOf(resource, row.object, keep(row, columns)));
    };
    return {
      replace: (rows, info) => {
        columns = info.columns;
        followed.items = new Map();
        for (const row of rows) put(row);
        this.#wake();
      },
      change: (type, row, info) => {
        if (info.columns.length > 0) columns = info.columns;
        if (type === 'DELETED') followed.items.delete(keyOf(row.object));
        else put(row);
        this.#wake();
      },
      state: (state) => this.#setState(followed, state),
    };
  }

  #setState(followed: Followed, state: SourceState): void {
    if (this.#stopped || this.#heldSince !== undefined) return;
    followed.state = state;
    followed.error = state.phase === 'failed' ? state.error : undefined;
    this.#wake();
  }

  #wake(): void {
    if (this.#stopped) return;
    if (this.#timer) return;
    const count = [...this.#followed.values()].reduce((sum, { items }) => sum + items.size, 0);
    const { least, most, perItem } = gatherMs;
    this.#timer = this.#services.timing.after(Math.min(most, least + count * perItem), () => {
      this.#timer = undefined;
      this.#onChange();
    });
  }

  /** The objects of a kind by `namespace/name`; none for a kind that is not followed. */
  items(kind: string): ReadonlyMap<string, Kept> {
    return this.#followed.get(kind)?.items ?? new Map();
  }

  values<Value>(kind: string): Value[] {
    return [...this.items(kind).values()].map(({ value }) => value as Value);
  }

  resource(kind: string): ResourceInfo | undefined {
    return this.#followed.get(kind)?.resource;
  }

  /** True once the objects of `kind` are all here, so that one that is not there is missing. */
  isKnown(kind: string): boolean {
    const phase = this.#followed.get(kind)?.state.phase;
    return phase === 'synced' || phase === 'stale';
  }

  /** How fresh the whole is: as its worst part that has to be there. */
  state(): SourceState {
    if (this.#heldSince !== undefined) return { phase: 'stopped', since: this.#heldSince };
    const order: readonly SourceState['phase'][] = ['failed', 'connecting', 'stale', 'stopped', 'synced'];
    const parts = [...this.#followed.values()].filter(({ wish, state }) => !wish.optional || state.phase !== 'failed');
    const sorted = parts.map(({ state }) => state).sort((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase));
    return sorted[0] ?? { phase: 'synced', since: this.#services.timing.now() };
  }

  /** Why a kind could not be read. */
  errorOf(kind: string): Error | undefined {
    return this.#followed.get(kind)?.error;
  }

  /** Kinds that the server refuses, by name; one that it does not have is no loss. */
  refused(): string[] {
    return [...this.#followed.values()].flatMap(({ resource, wish, error }) => {
      if (!error || (error instanceof KctlError && error.code === 'input')) return [];
      return error instanceof ApiStatusError || error instanceof KctlError
        ? [resource ? groupResource(resource) : wish.kind]
        : [];
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    for (const { source } of this.#followed.values()) source?.stop();
  }
}

const keyOf = ({ metadata: { namespace, name } }: KubeObject): string =>
  namespace ? `${namespace}/${name}` : `${name}`;

function keptOf(resource: ResourceInfo, { metadata }: KubeObject, value: unknown): Kept {
  const { namespace, name = '', uid = '' } = metadata;
  return { resource, namespace, name, uid, value };
}
