import { Readable } from 'node:stream';
import { isSecret, keptObject } from '../../../api/changes/kept-object.ts';
import type { KubeList, KubeObject } from '../../../api/meta.ts';
import { type ObjectPath, parseObjectPath } from '../../../api/object-path.ts';
import { resourcePath } from '../../../api/resource.ts';
import { isApiError } from '../../../api/status.ts';
import type { ApiRequest, Cluster, Transport } from '../../../kube/cluster.ts';
import { KctlError } from '../../../lib/errors.ts';
import { parseExactJson } from '../../../lib/exact-json.ts';
import type { Settings } from '../../../settings/settings.ts';
import type { ChangingCommand } from '../changing-command.ts';
import { warn } from '../warn.ts';
import { shownCommandLine } from './command-line.ts';
import type { JournalChange, JournalHeader } from './entry.ts';
import { beginEntry } from './journal-folder.ts';
import { RecentReads } from './recent-reads.ts';

/** Questions that are put by POST, and answers that are secrets: nothing of them is kept, and nothing has changed. */
const noChanges: readonly ((path: ObjectPath) => boolean)[] = [
  ({ group }) => group === 'authorization.k8s.io' || group === 'authentication.k8s.io',
  ({ subresource }) => subresource === 'token' || subresource?.startsWith('proxy') === true,
];

/** Subresources by which an object is made to go. */
const goingAway: ReadonlySet<string> = new Set(['eviction']);

interface Write {
  request: ApiRequest & { method: JournalChange['method'] };
  path: ObjectPath;
  /** As they are before the write, by name; a creation has none. */
  before: readonly Pick<JournalChange, 'before' | 'unread' | 'target' | 'kind' | 'dependents'>[];
}

/** The cluster, with every write that is sent through its transport noted in one entry of the journal. */
export function journalled(cluster: Cluster, command: ChangingCommand, settings: Settings): Cluster {
  const journal = new Journal(cluster, command, settings);
  const { contextName, clusterName, userName, namespace, namespaceExplicit } = cluster;
  return {
    ...{ contextName, clusterName, userName, namespace, namespaceExplicit },
    transport: journal.transport(),
    get discovery() {
      return cluster.discovery;
    },
  };
}

class Journal {
  readonly #cluster: Cluster;
  readonly #inner: Transport;
  readonly #command: ChangingCommand;
  readonly #settings: Settings;
  readonly #reads = new RecentReads();
  #entry: ReturnType<typeof beginEntry> | undefined;
  #broken = false;

  constructor(cluster: Cluster, command: ChangingCommand, settings: Settings) {
    this.#cluster = cluster;
    this.#inner = cluster.transport;
    this.#command = command;
    this.#settings = settings;
  }

  transport(): Transport {
    const inner = this.#inner;
    return {
      server: inner.server,
      json: <T>(request: ApiRequest) => this.#json<T>(request),
      send: (request) => this.#send(request),
      openChannels: (request) => inner.openChannels(request),
      openTunnel: (request) => inner.openTunnel(request),
      pass: (request) => inner.pass(request),
      now: () => inner.now(),
      onWarning: (handler) => inner.onWarning(handler),
      close: () => inner.close(),
    };
  }

  async #json<T>(request: ApiRequest): Promise<T> {
    const write = await this.#beginWrite(request);
    if (!write) {
      const answer = await this.#inner.json<T>(request);
      if (request.method === 'GET') this.#reads.note(request.path, answer);
      return answer;
    }
    try {
      const answer = await this.#inner.json<T>(request);
      this.#note(write, answer as KubeObject);
      return answer;
    } catch (error) {
      if (!(error instanceof KctlError) || error.code === 'connection') this.#note(write, undefined);
      throw error;
    }
  }

  /** A raw exchange; its answer is read here and handed on. */
  async #send(request: ApiRequest) {
    const write = await this.#beginWrite(request);
    const response = await this.#inner.send(request);
    if (!write || response.status >= 300) return response;
    const text = await response.text();
    this.#note(write, parsed(text));
    return { ...response, body: Readable.from([text]), text: async () => text };
  }

  /** Reads what is there before a write that counts. */
  async #beginWrite(request: ApiRequest): Promise<Write | undefined> {
    if (request.method === 'GET' || this.#broken || isRehearsal(request)) return undefined;
    const path = parseObjectPath(request.path);
    if (!path || noChanges.some((isOne) => isOne(path))) return undefined;
    const write = { request: request as Write['request'], path };
    if (path.name === undefined) {
      const before = request.method === 'DELETE' ? await this.#collection(request, path) : [];
      return { ...write, before };
    }
    const object = { ...path, ...(goingAway.has(path.subresource ?? '') && { subresource: undefined }) };
    // What is posted to a subresource (a binding, a rollback) has no state of its own to be read before.
    if (request.method === 'POST' && object.subresource !== undefined) return { ...write, before: [] };
    const one = await this.#one(object as ObjectPath & { name: string }, request.signal);
    if (request.method !== 'DELETE' || !one.before || propagationOf(request) === 'Orphan') {
      return { ...write, before: [one] };
    }
    const { dependentsOf } = await import('./dependents.ts');
    const dependents = await dependentsOf(one.before, this.#cluster, this.#command.signal);
    return { ...write, before: [{ ...one, ...(dependents && { dependents }) }] };
  }

  async #one(path: ObjectPath & { name: string }, signal: AbortSignal | undefined): Promise<Write['before'][number]> {
    const where = resourcePath({ ...path, namespaced: path.namespace !== undefined }, path);
    const target = { ...path };
    try {
      const read = this.#reads.take(where);
      const before =
        read ?? (await this.#inner.json<KubeObject>({ method: 'GET', path: where, ...(signal && { signal }) }));
      return { target, kind: before.kind, before };
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      if (isApiError(error, 'NotFound')) return { target, kind: '', before: null };
      return { target, kind: '', unread: error.message };
    }
  }

  async #collection({ path: where, query, signal }: ApiRequest, path: ObjectPath): Promise<Write['before']> {
    try {
      const { items, kind } = await this.#inner.json<KubeList>({
        method: 'GET',
        path: where,
        query: { labelSelector: query?.['labelSelector'], fieldSelector: query?.['fieldSelector'] },
        ...(signal && { signal }),
      });
      const shared = {
        apiVersion: [path.group, path.version].filter(Boolean).join('/'),
        kind: kind.replace(/List$/, ''),
      };
      return (items ?? []).map((item) => {
        const { namespace, name = '' } = item.metadata;
        const target = { ...path, ...(namespace !== undefined && { namespace }), name };
        return { target, kind: shared.kind, before: { ...item, ...shared } };
      });
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      return [{ target: { ...path, name: '*' }, kind: '', unread: error.message }];
    }
  }

  /** @param answer undefined where none came */
  #note({ request, path, before }: Write, answer: KubeObject | undefined): void {
    const goes = request.method === 'DELETE' || goingAway.has(path.subresource ?? '');
    const isObject = answer?.metadata?.name !== undefined;
    const common = {
      method: request.method,
      ...(answer === undefined && { unanswered: true as const }),
      ...(goes && { propagation: propagationOf(request) }),
    };
    if (before.length === 0 && !goes) {
      const name = path.name ?? answer?.metadata?.name ?? nameIn(request.body);
      const target = { ...path, name };
      const isNew = path.subresource === undefined;
      this.#append({
        ...common,
        target,
        kind: answer?.kind ?? '',
        ...(isNew && { before: null }),
        ...(isObject && { after: answer }),
      });
    }
    for (const one of before) {
      const kind = one.kind || (isObject ? answer.kind : '');
      this.#append({ ...one, ...common, kind, ...(goes ? { after: null } : isObject ? { after: answer } : {}) });
    }
  }

  #append(change: JournalChange): void {
    const withValues = this.#settings.journal?.secrets !== false;
    const { before, after, target } = change;
    const kept = (object: KubeObject) => keptObject(object, target.subresource, withValues);
    const some = before ?? after;
    const entry: JournalChange = {
      ...change,
      ...(before && { before: kept(before) }),
      ...(after && { after: kept(after) }),
      ...(!withValues && some && isSecret(some) && { withoutValues: true }),
    };
    try {
      this.#entry ??= this.#begin();
      this.#entry.append(entry);
    } catch (error) {
      // The change is made; what cannot be written down must not make it look failed.
      this.#broken = true;
      warn(`the journal cannot be written, this cannot be undone: ${(error as Error).message}`, this.#command.io);
    }
  }

  #begin(): ReturnType<typeof beginEntry> {
    const { io, tool, commandLine, commandPath, undoes } = this.#command;
    const { contextName, userName, namespace } = this.#cluster;
    const header: Omit<JournalHeader, 'id'> = {
      time: new Date().toISOString(),
      command: shownCommandLine(tool, commandLine ?? commandPath.split(' ')),
      context: contextName,
      server: this.#inner.server,
      user: userName,
      namespace,
      ...(undoes !== undefined && { undoes }),
    };
    return beginEntry(io.env, header, this.#settings.journal);
  }
}

function isRehearsal({ query, body }: ApiRequest): boolean {
  const named = query?.['dryRun'];
  if (named !== undefined && named !== '') return true;
  return typeof body === 'string' && body.includes('"dryRun"') && Array.isArray(parsedOptions(body)?.dryRun);
}

interface Options {
  dryRun?: unknown;
  propagationPolicy?: string;
  deleteOptions?: Options;
}

/** Of a deletion the options are the body; an eviction has them in it. */
function parsedOptions(body: ApiRequest['body']): Options | undefined {
  const options = parsed(String(body ?? '')) as Options | undefined;
  return options?.deleteOptions ?? options;
}

function propagationOf({ body, query }: ApiRequest): string {
  return String(parsedOptions(body)?.propagationPolicy ?? query?.['propagationPolicy'] ?? 'Background');
}

function nameIn(body: ApiRequest['body']): string {
  return parsed(String(body ?? ''))?.metadata?.name ?? '';
}

function parsed(text: string): KubeObject | undefined {
  try {
    return parseExactJson(text) as KubeObject;
  } catch {
    return undefined;
  }
}
