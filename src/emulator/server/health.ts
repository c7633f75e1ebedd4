import type { Exchange } from './exchange.ts';
import { sendBytes, sendText, TEXT_TYPE } from './respond.ts';

/** What is looked at, by endpoint. The hooks are done once the server is ready; the rest holds while it answers. */
const ALWAYS = ['ping', 'log', 'etcd', 'loopback-serving-certificate', 'etcd-readiness'];
/** What a real server starts one by one, in its order; here it is all of one start. */
const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
].map((hook) => `poststarthook/${hook}`);
const LAST = [
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
];
const LIVING = ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...HOOKS, ...LAST];
export const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: LIVING,
  livez: LIVING,
  readyz: ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...HOOKS, ...LAST, 'shutdown'],
};

const passes = ({ context }: Exchange, endpoint: string, check: string): boolean => {
  if (check === 'shutdown') return !context.stopping.aborted;
  // A server that is still starting is alive, though not ready.
  return ALWAYS.includes(check) || endpoint === 'livez' || context.ready();
};

/** `/metrics/slis`: 1 for each check that passes now, 0 for each other. */
export function checksText(exchange: Exchange): string {
  const name = 'kubernetes_healthcheck';
  const lines = Object.entries(CHECKS).flatMap(([endpoint, checks]) =>
    checks.map((check) => `${name}{name="${check}",type="${endpoint}"} ${passes(exchange, endpoint, check) ? 1 : 0}`),
  );
  return `# HELP ${name} Whether a check passes.\n# TYPE ${name} gauge\n${lines.sort().join('\n')}\n`;
}

/** `/healthz`, `/livez`, `/readyz`, each with `?verbose`, `?exclude=x` and one check by path. */
export async function serveHealth(exchange: Exchange): Promise<void> {
  const { request, response, path, query } = exchange;
  const [, endpoint = '', ...rest] = path.split('/');
  const single = rest.length > 0 ? rest.join('/') : undefined;
  const checks = CHECKS[endpoint] ?? [];
  if (single !== undefined) {
    if (!checks.includes(single)) return sendText(request, response, 404, '404 page not found\n');
    if (passes(exchange, endpoint, single)) return sendBytes(request, response, 200, TEXT_TYPE, Buffer.from('ok'));
    return sendText(request, response, 500, `internal server error: ${single} is not done yet\n`);
  }
  const excluded = new Set(query.getAll('exclude'));
  const lines = checks.map((check) => {
    if (excluded.has(check)) return `[+]${check} excluded: ok`;
    return passes(exchange, endpoint, check) ? `[+]${check} ok` : `[-]${check} failed: reason withheld`;
  });
  const unknown = [...excluded].filter((name) => !checks.includes(name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => JSON.stringify(name)).join(', ');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  const failed = checks.some((check) => !excluded.has(check) && !passes(exchange, endpoint, check));
  if (failed) return sendText(request, response, 500, `${lines.join('\n')}\n${endpoint} check failed\n`);
  if (!query.has('verbose')) return sendText(request, response, 200, 'ok');
  if (endpoint === 'readyz') lines.push(...stoppedLines(exchange));
  await sendText(request, response, 200, `${lines.join('\n')}\n${endpoint} check passed\n`);
}

/** A server does not ask for its clients' health; whoever stopped one on purpose is reminded of it, and no check fails. */
function stoppedLines({ context }: Exchange): string[] {
  const stopped = context.control()?.components.stopped() ?? [];
  return stopped.map((name) => `warn: ${name} is stopped`);
}
