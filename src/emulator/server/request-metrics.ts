import { apiVersionOf } from '../../api/resource.ts';
import type { Exchange } from './exchange.ts';
import type { ResourceTarget } from './request-info.ts';

/** Upper bounds of the duration histogram in seconds, those of a real server. */
const BOUNDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

interface Durations {
  counts: number[];
  sum: number;
  count: number;
}

/** How verbs are called in the metrics. */
const verbNames: Readonly<Record<string, string>> = {
  create: 'POST',
  update: 'PUT',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
  get: 'GET',
  list: 'LIST',
  patch: 'PATCH',
  watch: 'WATCH',
};

const READING = new Set(['GET', 'LIST']);
/** Requests that stay open as long as the client likes; they count as such, and not for durations. */
const LONG = new Set(['WATCH', 'CONNECT']);
const CONNECTIONS = new Set(['exec', 'attach', 'portforward', 'proxy', 'log']);

/** What one server has answered since it started. All label sets are kept as ready text. */
export class RequestMetrics {
  readonly totals = new Map<string, number>();
  readonly durations = new Map<string, Durations>();
  readonly longRunning = new Map<string, number>();
  readonly inflight = { mutating: 0, readOnly: 0 };

  /** Forgets what is over; what is still going on stays. */
  reset(): void {
    this.totals.clear();
    this.durations.clear();
  }

  /** Counts a request from now until its answer is out or its connection is gone. */
  follow(exchange: Exchange, verb: string, target: ResourceTarget): void {
    const { response } = exchange;
    const done = this.begin(exchange, verb, target);
    response.once('close', () => done(response.statusCode));
  }

  /** Counts a request from now on. @returns what to call, once, with the code of the answer when it is over */
  begin(exchange: Exchange, verb: string, target: ResourceTarget): (code: number) => void {
    const { query } = exchange;
    const { subresource = '', group, resource } = target;
    const isConnection = CONNECTIONS.has(subresource);
    const named = isConnection ? 'CONNECT' : isApply(exchange) ? 'APPLY' : (verbNames[verb] ?? verb.toUpperCase());
    const scope = target.name !== undefined ? 'resource' : target.namespace !== undefined ? 'namespace' : 'cluster';
    const where = labels({
      group,
      resource: resource.plural,
      scope,
      subresource,
      verb: named,
      version: resource.version,
    });
    const isLong = LONG.has(named);
    const kind = READING.has(named) ? 'readOnly' : 'mutating';
    if (isLong) add(this.longRunning, where, 1);
    else this.inflight[kind]++;
    const startedMs = performance.now();
    return (code) => {
      const dryRun = labels({ dry_run: query.getAll('dryRun').join(',') });
      add(this.totals, `code="${code}",component="apiserver",${dryRun},${where}`, 1);
      if (isLong) {
        add(this.longRunning, where, -1);
        return;
      }
      this.inflight[kind]--;
      this.#observe(`component="apiserver",${dryRun},${where}`, (performance.now() - startedMs) / 1000);
    };
  }

  #observe(key: string, seconds: number): void {
    let durations = this.durations.get(key);
    if (!durations) {
      durations = { counts: BOUNDS.map(() => 0), sum: 0, count: 0 };
      this.durations.set(key, durations);
    }
    const at = BOUNDS.findIndex((bound) => seconds <= bound);
    if (at >= 0) durations.counts[at]!++;
    durations.sum += seconds;
    durations.count++;
  }
}

const isApply = ({ method, request }: Exchange): boolean =>
  method === 'PATCH' && String(request.headers['content-type'] ?? '').startsWith('application/apply-patch');

function add(map: Map<string, number>, key: string, by: number): void {
  map.set(key, (map.get(key) ?? 0) + by);
}

/** `a="b",c="d"`, with the escapes of the text format. */
function labels(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`)
    .join(',');
}

const metricsOf = new WeakMap<object, RequestMetrics>();

/** The counters of the server that `exchange` came to. */
export function requestMetrics({ context }: Exchange): RequestMetrics {
  let metrics = metricsOf.get(context.machine);
  if (!metrics) {
    metrics = new RequestMetrics();
    metricsOf.set(context.machine, metrics);
  }
  return metrics;
}

type Sample = readonly [labels: string, value: number, suffix?: string];

function family(name: string, type: string, help: string, samples: Iterable<Sample>): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  for (const [text, value, suffix = ''] of samples) lines.push(`${name}${suffix}${text ? `{${text}}` : ''} ${value}`);
  return `${lines.join('\n')}\n`;
}

function* buckets(durations: ReadonlyMap<string, Durations>): Generator<Sample> {
  for (const [key, { counts, sum, count }] of durations) {
    let below = 0;
    for (const [at, bound] of BOUNDS.entries()) {
      below += counts[at]!;
      yield [`${key},le="${bound}"`, below, '_bucket'];
    }
    yield [`${key},le="+Inf"`, count, '_bucket'];
    yield [key, sum, '_sum'];
    yield [key, count, '_count'];
  }
}

/** The counters, the number of stored objects and the process itself in Prometheus' text format (version 0.0.4). */
export function metricsText(exchange: Exchange, gitVersion: string): string {
  const { machine } = exchange.context;
  const { totals, durations, longRunning, inflight } = requestMetrics(exchange);
  const stored = new Map(
    machine.catalog
      .all()
      .filter((resource) => resource.verbs.includes('watch') && apiVersionOf(resource) === resource.storageVersion)
      .map((resource) => [labels({ resource: resource.storage }), machine.store.list(resource.storage).length]),
  );
  const cpu = process.cpuUsage();
  return [
    family('apiserver_current_inflight_requests', 'gauge', 'Requests that are being answered.', [
      ['request_kind="mutating"', inflight.mutating],
      ['request_kind="readOnly"', inflight.readOnly],
    ]),
    family('apiserver_longrunning_requests', 'gauge', 'Watches and streams that are open.', longRunning),
    family('apiserver_request_duration_seconds', 'histogram', 'Time from request to answer.', buckets(durations)),
    family('apiserver_request_total', 'counter', 'Requests that were answered.', totals),
    family('apiserver_storage_objects', 'gauge', 'Objects that are stored.', stored),
    family('kubernetes_build_info', 'gauge', 'The version that is served.', [[labels({ git_version: gitVersion }), 1]]),
    family('process_cpu_seconds_total', 'counter', 'CPU time of the process.', [['', (cpu.user + cpu.system) / 1e6]]),
    family('process_resident_memory_bytes', 'gauge', 'Memory of the process.', [['', process.memoryUsage.rss()]]),
    family('process_start_time_seconds', 'gauge', 'When the process started.', [
      ['', Math.floor(performance.timeOrigin) / 1000],
    ]),
  ].join('');
}
