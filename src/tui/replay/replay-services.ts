import { PassThrough } from 'node:stream';
import type { KubeObject, TableColumn, TableRow } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import type { Source } from '../../api/source.ts';
import type { Cluster, Transport } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { Timing } from '../../store/timing.ts';
import type { CommandResult, DashboardServices } from '../services.ts';
import { answerKey, type RecordedEntry, type RecordingHead, sourceKey } from './recording.ts';

/** Time as it went while it was recorded; it stands still at the recording's end. */
export class ReplayClock implements Timing {
  readonly #timing: Timing;
  readonly #start: number;
  readonly #begun: number;
  readonly #length: number;

  /** @param timing the time in which it is replayed */
  constructor(timing: Timing, start: number, length: number) {
    this.#timing = timing;
    this.#start = start;
    this.#begun = timing.now();
    this.#length = length;
  }

  /** ms since the recording's start. */
  elapsed(): number {
    return Math.min(this.#length, this.#timing.now() - this.#begun);
  }

  now(): number {
    return this.#start + this.elapsed();
  }

  after(ms: number, run: () => void): { cancel(): void } {
    return this.#timing.after(ms, run);
  }

  /** Runs `run` when the recording has come to `t`; at once where it has. */
  at(t: number, run: () => void): { cancel(): void } {
    const wait = t - this.elapsed();
    if (wait > 0) return this.#timing.after(wait, run);
    run();
    return { cancel() {} };
  }
}

type SourceEntry = Extract<RecordedEntry, { id: number }>;

/** What was recorded, by what it answers. */
class Index {
  readonly #sources = new Map<string, SourceEntry[][]>();
  readonly #answers = new Map<string, Extract<RecordedEntry, { answer: string }>[]>();
  readonly #logs = new Map<string, Extract<RecordedEntry, { log: string }>[]>();

  constructor(entries: readonly RecordedEntry[]) {
    const byId = new Map<number, SourceEntry[]>();
    const add = <Entry>(map: Map<string, Entry[]>, key: string, entry: Entry) => {
      map.set(key, [...(map.get(key) ?? []), entry]);
    };
    for (const entry of entries) {
      if ('open' in entry) {
        const list: SourceEntry[] = [];
        byId.set(entry.open, list);
        add(this.#sources, `${entry.what} ${entry.key}`, list);
      } else if ('id' in entry) byId.get(entry.id)?.push(entry);
      else if ('answer' in entry) add(this.#answers, entry.answer, entry);
      else if ('log' in entry) add(this.#logs, entry.log, entry);
    }
  }

  /** Everything that came on collections of this kind and scope, in order. */
  source(what: string, key: string): SourceEntry[] | undefined {
    const lists = this.#sources.get(`${what} ${key}`);
    return lists?.flat().sort((a, b) => a.t - b.t);
  }

  /** What was answered last by then, else first. */
  answer(key: string, elapsed: number) {
    const answers = this.#answers.get(key) ?? [];
    return answers.findLast(({ t }) => t <= elapsed) ?? answers[0];
  }

  logs(key: string) {
    return this.#logs.get(key);
  }
}

const isOver = 'this is a recording: nothing can be changed in it';

/** Services that answer from a recording what was answered then, and say of the rest that it was not recorded. */
export function replayServices(
  head: RecordingHead,
  entries: readonly RecordedEntry[],
  clock: ReplayClock,
  env: Record<string, string | undefined>,
): DashboardServices {
  const index = new Index(entries);
  const answered = async <Value>(key: string): Promise<Value> => {
    const answer = index.answer(key, clock.elapsed());
    if (answer && 'problem' in answer && answer.problem !== undefined) throw new KctlError('api', answer.problem);
    if (!answer) throw new KctlError('input', `not in the recording: ${key}`);
    return answer.value as Value;
  };
  const source = <Item>(what: string, key: string): Source<Item> =>
    replaySource<Item>(index.source(what, key), key, clock);
  return {
    cluster: replayCluster(head, entries, clock, answered),
    isReplay: true,
    timing: clock,
    env,
    memoryFile: undefined,
    tableSource: (resource, scope) => source<TableRow>('table', sourceKey(resource, scope)),
    objectSource: (resource, scope) => source<KubeObject>('objects', sourceKey(resource, scope)),
    get: (resource, namespace, name) => answered(answerKey.get(resource, namespace, name)),
    list: (resource, scope) => answered(answerKey.list(resource, scope)),
    describe: (ref, past) => {
      const key = answerKey.describe(ref.resource, ref.namespace, ref.name);
      return past ? Promise.reject(new KctlError('input', `not in the recording: ${key}`)) : answered(key);
    },
    run: async (argv): Promise<CommandResult> =>
      answered<CommandResult>(answerKey.run(argv)).catch(() => ({ code: 1, stdout: '', stderr: `error: ${isOver}\n` })),
    runOnTerminal: () => Promise.reject(new KctlError('usage', isOver)),
    async logs(request) {
      const parts = index.logs(answerKey.log(request));
      if (!parts) throw new KctlError('input', 'this log is not in the recording');
      const stream = new PassThrough();
      for (const { t, text } of parts) clock.at(t, () => void stream.write(text));
      return stream;
    },
    imageFacts: async () => undefined,
    contexts: async () => {
      const { context, cluster, user, namespace } = head;
      return { current: context, contexts: [{ name: context, cluster, user, namespace }] };
    },
    openContext: () => Promise.reject(new KctlError('usage', 'a recording has one context')),
  };
}

function replaySource<Item>(entries: SourceEntry[] | undefined, key: string, clock: ReplayClock): Source<Item> {
  let timers: { cancel(): void }[] = [];
  return {
    start(sink) {
      if (!entries) {
        const error = new KctlError('input', `not in the recording: ${key.trim()}`);
        sink.state({ phase: 'failed', since: clock.now(), error });
        return;
      }
      let columns: TableColumn[] = [];
      const tell = (entry: SourceEntry) => {
        if ('replace' in entry) {
          columns = entry.columns;
          sink.replace(entry.replace as unknown as Item[], { columns, resourceVersion: entry.version });
        } else if ('change' in entry) sink.change(entry.change, entry.item as unknown as Item, { columns });
        else {
          const error = entry.problem === undefined ? {} : { error: new KctlError('connection', entry.problem) };
          // That it was closed then is no reason to close it now.
          if (entry.state !== 'stopped') sink.state({ phase: entry.state, since: clock.now(), ...error });
        }
      };
      timers = entries.map((entry) => clock.at(entry.t, () => tell(entry)));
    },
    stop() {
      for (const timer of timers) timer.cancel();
    },
  };
}

function replayCluster(
  head: RecordingHead,
  entries: readonly RecordedEntry[],
  clock: ReplayClock,
  answered: <Value>(key: string) => Promise<Value>,
): Cluster {
  const refuse = () => Promise.reject(new KctlError('usage', isOver));
  const transport: Transport = {
    server: `recording of ${head.start}`,
    send: refuse,
    json: (request) => (request.method === 'GET' ? answered(answerKey.json(request)) : refuse()),
    openChannels: refuse,
    openTunnel: refuse,
    pass: refuse,
    now: () => clock.now(),
    onWarning() {},
    close() {},
  };
  const recorded = entries.find((entry) => 'answer' in entry && entry.answer === 'discovery');
  const resources = ((recorded as { value?: ResourceInfo[] } | undefined)?.value ?? []) as readonly ResourceInfo[];
  const find = (name: string): ResourceInfo => {
    const wanted = name.toLowerCase();
    const found =
      resources.find((one) => [groupResource(one), one.plural, one.singular].includes(wanted)) ??
      resources.find((one) => one.shortNames.includes(wanted) || one.kind.toLowerCase() === wanted) ??
      findBuiltin(name);
    if (!found) throw new KctlError('input', `the recording doesn't have a resource type "${name}"`);
    return found;
  };
  const { context, cluster, user, namespace } = head;
  return {
    contextName: context,
    clusterName: cluster,
    userName: user,
    namespace,
    namespaceExplicit: true,
    transport,
    discovery: {
      resources: async () => resources,
      failures: () => [],
      resolve: async (name) => find(name),
      expandCategory: async () => undefined,
      resolveKind: async (_version, kind) => find(kind),
    },
  };
}
