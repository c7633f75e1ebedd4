import type { Exchange } from './exchange.ts';
import { sendText } from './respond.ts';

/** What is looked at, by endpoint. The hooks are done once the server is ready; the rest holds while it answers. */
const ALWAYS = ['ping', 'log', 'etcd'];
const HOOKS = [
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/start-controllers',
];
export const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: [...ALWAYS, ...HOOKS],
  livez: [...ALWAYS, ...HOOKS],
  readyz: [...ALWAYS, 'informer-sync', ...HOOKS, 'shutdown'],
};

/** `/healthz`, `/livez`, `/readyz`, each with `?verbose`, `?exclude=x` and one check by path. */
export async function serveHealth({ request, response, path, query, context }: Exchange): Promise<void> {
  const [, endpoint = '', ...rest] = path.split('/');
  const single = rest.join('/');
  const checks = CHECKS[endpoint] ?? [];
  const passes = (check: string): boolean => {
    if (check === 'shutdown') return !context.stopping.aborted;
    // A server that is still starting is alive, though not ready.
    return ALWAYS.includes(check) || endpoint === 'livez' || context.ready();
  };
  if (single) {
    if (!checks.includes(single)) return sendText(request, response, 404, '404 page not found\n');
    if (passes(single)) return sendText(request, response, 200, 'ok');
    return sendText(request, response, 500, `internal server error: ${single} is not done yet\n`);
  }
  const excluded = new Set(query.getAll('exclude').flatMap((names) => names.split(',')));
  const lines = checks.map((check) => {
    if (excluded.has(check)) return `[+]${check} excluded: ok`;
    return passes(check) ? `[+]${check} ok` : `[-]${check} failed: reason withheld`;
  });
  const unknown = [...excluded].filter((name) => !checks.includes(name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => JSON.stringify(name)).join(', ');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  const failed = checks.some((check) => !excluded.has(check) && !passes(check));
  if (failed) return sendText(request, response, 500, `${lines.join('\n')}\n${endpoint} check failed\n`);
  if (!query.has('verbose')) return sendText(request, response, 200, 'ok');
  await sendText(request, response, 200, `${lines.join('\n')}\n${endpoint} check passed\n`);
}
