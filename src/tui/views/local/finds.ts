import type { TableRow } from '../../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../../api/resource.ts';
import type { Sink, Source } from '../../../api/source.ts';
import { type KnownObject, listableTypes, listMetadata } from '../../../kube/ownership.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { wordTest } from '../pages/tree-rows.ts';
import type { ObjectRef } from '../view.ts';
import { columns, type LocalTable, localResource } from './local-table.ts';

export const findsResource = { ...localResource('finds', 'find', 'Find'), namespaced: true };

/** Lists that are under way at a time. */
const atOnce = 8;

const findColumns = columns('Kind', 'Name', 'Age');

/** What has been looked through, and what could not be. */
interface Progress {
  done: number;
  total: number;
  unread: string[];
}

function findRow({ resource, metadata }: KnownObject): TableRow {
  const kind = groupResource(resource);
  return {
    cells: [kind, metadata.name, ''],
    object: { apiVersion: 'v1', kind: 'Find', metadata: { ...metadata, name: `${kind} ${metadata.name}` } },
  };
}

/** Looks through the metadata of every kind, a few at a time; what is found shows at once. */
class Finder implements Source<TableRow> {
  readonly refs = new Map<string, ObjectRef>();
  readonly progress: Progress = { done: 0, total: 0, unread: [] };
  readonly #services: DashboardServices;
  readonly #matches: (text: string) => boolean;
  readonly #namespace: string | undefined;
  #stopping = new AbortController();

  constructor(services: DashboardServices, text: string, namespace: string | undefined) {
    this.#services = services;
    this.#matches = wordTest(text) ?? (() => false);
    this.#namespace = namespace;
  }

  start(sink: Sink<TableRow>): void {
    this.#stopping = new AbortController();
    this.refs.clear();
    void this.#run(sink, this.#stopping.signal);
  }

  async #run(sink: Sink<TableRow>, signal: AbortSignal): Promise<void> {
    const { cluster, timing } = this.#services;
    try {
      const all = await listableTypes(cluster);
      const types = this.#namespace === undefined ? all : all.filter(({ namespaced }) => namespaced);
      Object.assign(this.progress, { done: 0, total: types.length, unread: [] });
      sink.replace([], { columns: findColumns, resourceVersion: '' });
      const waiting = [...types];
      const work = async (): Promise<void> => {
        for (let type = waiting.shift(); type && !signal.aborted; type = waiting.shift())
          await this.#look(type, sink, signal);
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      if (!signal.aborted) sink.state({ phase: 'synced', since: timing.now() });
    } catch (error) {
      if (!signal.aborted) sink.state({ phase: 'failed', since: timing.now(), error: error as Error });
    }
  }

  async #look(resource: ResourceInfo, sink: Sink<TableRow>, signal: AbortSignal): Promise<void> {
    try {
      for (const found of await listMetadata(this.#services.cluster, resource, this.#namespace, signal)) {
        const { namespace, name = '', uid } = found.metadata;
        if (!this.#matches(name)) continue;
        const row = findRow(found);
        const key = namespace ? `${namespace}/${row.object.metadata.name}` : row.object.metadata.name!;
        this.refs.set(key, { resource, namespace, name, ...(uid && { uid }) });
        sink.change('ADDED', row, { columns: findColumns });
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof KctlError) || error.code !== 'api') throw error;
      this.progress.unread.push(groupResource(resource));
    }
    this.progress.done++;
    // Says that the count is another one, also where nothing was found.
    if (!signal.aborted) sink.state({ phase: 'connecting', since: this.#services.timing.now() });
  }

  stop(): void {
    this.#stopping.abort();
  }

  notes(): string[] {
    const { done, total, unread } = this.progress;
    return [
      done < total ? say('{done} of {total} kinds looked through', { done, total }) : say('{total} kinds', { total }),
      ...(unread.length > 0 ? [say('may not read {kinds}', { kinds: unread.join(', ') })] : []),
    ];
  }
}

/** Objects of every kind by their names. */
export const findsTable: LocalTable = {
  resource: findsResource,
  open(services, { argument = '', scope }) {
    const finder = new Finder(services, argument, scope.namespace);
    return { source: finder, refOf: ({ key }) => finder.refs.get(key), notes: () => finder.notes() };
  },
};
