import type { Exchange } from './exchange.ts';
import { sendText } from './respond.ts';

const CHECKS = ['ping', 'log', 'etcd', 'poststarthook/start-controllers', 'poststarthook/rbac/bootstrap-roles'];

/** `/healthz`, `/livez`, `/readyz`, each with `?verbose`, `?exclude=x` and one check by path. */
export async function serveHealth({ request, response, path, query, context }: Exchange): Promise<void> {
  const [, endpoint = '', ...rest] = path.split('/');
  const single = rest.join('/');
  const ready = context.ready();
  if (single) {
    if (!CHECKS.includes(single)) return sendText(request, response, 404, '404 page not found\n');
    return sendText(request, response, ready ? 200 : 500, ready ? 'ok' : 'not ok');
  }
  const healthy = ready || endpoint === 'livez';
  const excluded = new Set(query.getAll('exclude'));
  if (healthy && !query.has('verbose')) return sendText(request, response, 200, 'ok');
  const lines = CHECKS.map((check) =>
    excluded.has(check)
      ? `[+]${check} excluded: ok`
      : healthy || check === 'ping' || check === 'log' || check === 'etcd'
        ? `[+]${check} ok`
        : `[-]${check} failed: reason withheld`,
  );
  const verdict = healthy ? `${endpoint} check passed` : `${endpoint} check failed`;
  await sendText(request, response, healthy ? 200 : 500, `${lines.join('\n')}\n${verdict}\n`);
}
