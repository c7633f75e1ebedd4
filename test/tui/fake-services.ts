import { Readable } from 'node:stream';
import type { ImageFacts } from '../../src/api/image-facts.ts';
import type { KubeObject, TableColumn, TableRow } from '../../src/api/meta.ts';
import { groupResource, type ResourceInfo } from '../../src/api/resource.ts';
import type { RowShape } from '../../src/api/row-shape.ts';
import type { Sink, Source } from '../../src/api/source.ts';
import type { Cluster } from '../../src/kube/cluster.ts';
import { KctlError } from '../../src/lib/errors.ts';
import type { Timing } from '../../src/store/timing.ts';
import type { CommandResult, DashboardServices } from '../../src/tui/services.ts';
import type { ViewScope } from '../../src/tui/views/view.ts';

export const start = Date.parse('2026-11-21T12:00:00Z');

/** Time that stands still until a test moves it; short delays (flush timers) run at once on the real clock. */
class TestTiming implements Timing {
  #now = start;
  #timers = new Set<{ due: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void) {
    const timer = { due: this.#now + ms, run };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  get pending(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.run();
    }
    this.#now = end;
  }
}

function resource(group: string, plural: string, kind: string, shortNames: string[], namespaced = true): ResourceInfo {
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
  const singular = kind.toLowerCase();
  return {
    group,
    version: 'v1',
    plural,
    singular,
    kind,
    namespaced,
    shortNames,
    categories: [],
    verbs,
    subresources: [],
  };
}

export const resources = [
  resource('', 'pods', 'Pod', ['po']),
  resource('', 'namespaces', 'Namespace', ['ns'], false),
  resource('', 'nodes', 'Node', ['no'], false),
  resource('', 'services', 'Service', ['svc']),
  resource('', 'configmaps', 'ConfigMap', ['cm']),
  resource('', 'events', 'Event', ['ev']),
  resource('apps', 'deployments', 'Deployment', ['deploy']),
  resource('apps', 'replicasets', 'ReplicaSet', ['rs']),
  resource('batch', 'cronjobs', 'CronJob', ['cj']),
];

const names = (...list: string[]): TableColumn[] => list.map((name) => ({ name, type: 'string' }));

const podColumns: TableColumn[] = [
  ...names('Name', 'Ready', 'Status', 'Restarts', 'Age'),
  { name: 'IP', type: 'string', priority: 1 },
  { name: 'Node', type: 'string', priority: 1 },
];

let version = 0;

export interface PodFacts {
  ready?: string;
  status?: string;
  restarts?: string;
  ageSeconds?: number;
  labels?: Record<string, string>;
}

export function podRow(namespace: string, name: string, facts: PodFacts = {}): TableRow {
  const { ready = '1/1', status = 'Running', restarts = '0', ageSeconds = 3600, labels = {} } = facts;
  return {
    cells: [name, ready, status, restarts, 'from the server', '10.244.0.7', 'kind-worker'],
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace,
        uid: `uid-${namespace}-${name}`,
        resourceVersion: String(++version),
        labels,
        creationTimestamp: new Date(start - ageSeconds * 1000).toISOString(),
      },
    },
  };
}

/** Shapes rows as a reflector does before it hands them on. */
function shapedSink(sink: Sink<TableRow>, shape: RowShape): Sink<TableRow> {
  return {
    replace: (rows, info) => {
      const columns = shape.columns(info.columns);
      sink.replace(
        rows.map((row) => shape.row(row)),
        { ...info, columns },
      );
    },
    change: (type, row, info) => {
      const columns = shape.columns(info.columns);
      sink.change(type, shape.row(row), { columns });
    },
    state: (state) => sink.state(state),
  };
}

/** A table that a test fills and changes. */
class FakeTable {
  readonly sinks = new Set<Sink<TableRow>>();
  readonly scopes: ViewScope[] = [];
  rows: TableRow[];
  readonly columns: TableColumn[];
  error: Error | undefined;

  constructor(rows: TableRow[], columns: TableColumn[] = podColumns) {
    this.rows = rows;
    this.columns = columns;
  }

  source(scope: ViewScope, now: () => number, shape?: RowShape): Source<TableRow> {
    let sink: Sink<TableRow> | undefined;
    this.scopes.push(scope);
    return {
      start: (target) => {
        const to = shape ? shapedSink(target, shape) : target;
        sink = to;
        this.sinks.add(to);
        if (this.error) return to.state({ phase: 'failed', since: now(), error: this.error });
        const { namespace } = scope;
        const rows = this.rows.filter((row) => !namespace || row.object.metadata.namespace === namespace);
        to.replace(rows, { columns: this.columns, resourceVersion: '1' });
        to.state({ phase: 'synced', since: now() });
      },
      stop: () => {
        if (sink) this.sinks.delete(sink);
      },
    };
  }

  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', row: TableRow): void {
    for (const sink of this.sinks) sink.change(type, row, { columns: this.columns });
  }

  state(state: Parameters<Sink<TableRow>['state']>[0]): void {
    for (const sink of this.sinks) sink.state(state);
  }
}

export interface FakeCluster {
  services: DashboardServices;
  timing: TestTiming;
  tables: Map<string, FakeTable>;
  objects: Map<string, KubeObject>;
  images: Map<string, ImageFacts>;
  logs: Map<string, string>;
  requests: string[];
  /** What paths answer, beside the version. */
  served: Map<string, unknown>;
  /** Command lines that were run, and what they answer. */
  commands: string[];
  /** What was written to their standard input. */
  inputs: string[];
  answers: Map<string, CommandResult>;
}

/** A cluster in memory behind the dashboard's own service interface. */
export function fakeCluster(pods: TableRow[] = []): FakeCluster {
  const timing = new TestTiming();
  const fake: Omit<FakeCluster, 'services'> = {
    timing,
    tables: new Map([['pods', new FakeTable(pods)]]),
    objects: new Map(),
    images: new Map(),
    logs: new Map(),
    requests: [],
    served: new Map(),
    commands: [],
    inputs: [],
    answers: new Map(),
  };
  const notFound = (path: string) => new KctlError('api', `${path} not found`);
  const resolve = async (name: string) => {
    const found = resources.find(
      (one) => [one.plural, one.singular, groupResource(one)].includes(name) || one.shortNames.includes(name),
    );
    if (!found) throw new KctlError('input', `the server doesn't have a resource type "${name}"`);
    return found;
  };
  const cluster: Cluster = {
    contextName: 'kind-dev',
    clusterName: 'kind-dev',
    userName: 'admin',
    namespace: 'shop',
    namespaceExplicit: false,
    transport: {
      server: 'https://127.0.0.1:6443',
      send: () => Promise.reject(notFound('send')),
      json: async <T>({ path }: { path: string }): Promise<T> => {
        fake.requests.push(path);
        if (fake.served.has(path)) return fake.served.get(path) as T;
        if (path === '/version') return { gitVersion: 'v1.36.0' } as T;
        throw notFound(path);
      },
      openChannels: () => Promise.reject(notFound('channels')),
      openTunnel: () => Promise.reject(notFound('tunnel')),
      pass: () => Promise.reject(notFound('pass')),
      now: Date.now,
      onWarning() {},
      close() {},
    },
    discovery: {
      resources: async () => resources,
      failures: () => [],
      resolve,
      expandCategory: async () => undefined,
      resolveKind: async (_, kind) => resolve(kind.toLowerCase()),
    },
  };
  const key = (kind: string, namespace: string | undefined, name: string) => `${kind} ${namespace ?? ''}/${name}`;
  const services: DashboardServices = {
    cluster,
    timing,
    env: {},
    memoryFile: undefined,
    async run(argv, { stdin } = {}) {
      fake.commands.push(argv.join(' '));
      if (stdin) fake.inputs.push(stdin);
      return fake.answers.get(argv.join(' ')) ?? { code: 0, stdout: '', stderr: '' };
    },
    async runOnTerminal(argv) {
      fake.commands.push(argv.join(' '));
      const { code, stderr } = fake.answers.get(argv.join(' ')) ?? { code: 0, stderr: '' };
      return { code, stderr };
    },
    tableSource(info, scope, shape) {
      const table = fake.tables.get(groupResource(info)) ?? new FakeTable([], names('Name', 'Age'));
      fake.tables.set(groupResource(info), table);
      return table.source(scope, () => timing.now(), shape);
    },
    objectSource(info, scope) {
      const objects = [...fake.objects]
        .filter(([id, object]) => {
          const wanted = scope.name ?? scope.fieldSelector?.replace('metadata.name=', '');
          return id.startsWith(`${groupResource(info)} `) && (!wanted || object.metadata.name === wanted);
        })
        .map(([, object]) => object);
      return {
        start(sink) {
          sink.replace(objects, { columns: [], resourceVersion: '1' });
          sink.state({ phase: 'synced', since: timing.now() });
        },
        stop() {},
      };
    },
    async get(info, namespace, name) {
      const object = fake.objects.get(key(groupResource(info), namespace, name));
      if (!object) throw notFound(`${info.plural} "${name}"`);
      return object;
    },
    list: async (info) =>
      [...fake.objects].filter(([id]) => id.startsWith(`${groupResource(info)} `)).map(([, object]) => object),
    describe: async ({ name, namespace }) =>
      `Name:             ${name}\nNamespace:        ${namespace}\nStatus:           Running\nEvents:           <none>\n`,
    logs: async ({ pod, container }) => Readable.from([Buffer.from(fake.logs.get(`${pod}/${container}`) ?? '')]),
    imageFacts: async (reference) => fake.images.get(reference),
    contexts: async () => ({
      current: 'kind-dev',
      contexts: [
        { name: 'kind-dev', cluster: 'kind-dev', user: 'admin', namespace: 'shop' },
        { name: 'prod', cluster: 'prod', user: 'me', namespace: 'default' },
      ],
    }),
    openContext: async (name) => ({ ...services, cluster: { ...cluster, contextName: name, namespace: 'default' } }),
  };
  return { ...fake, services };
}

export function putObject(fake: FakeCluster, kind: string, object: KubeObject): void {
  fake.objects.set(`${kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, object);
}

/** The command lines that changed something: looks before a change, and lists, are left out. */
export function changes({ commands }: FakeCluster): string[] {
  const looks = /--preview|--dry-run|^undo --list|^auth can-i|^rollout history|^diff /;
  return commands.filter((line) => !looks.test(line));
}
