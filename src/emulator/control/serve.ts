import { badRequest, methodNotAllowed, noSuchResource } from '../errors.ts';
import { readBody } from '../server/body.ts';
import type { Exchange } from '../server/exchange.ts';
import { sendJson } from '../server/respond.ts';
import { CONTROL_ROOT, type ControlRoute } from './call.ts';
import { controlRoutes } from './routes.ts';

/** `/kctl/v1/...`: finds the row of the table, reads the body, answers with what its handler returns. */
export async function serveControl(exchange: Exchange): Promise<void> {
  const { request, response, query, context, method } = exchange;
  const found = routeOf(exchange.path.slice(CONTROL_ROOT.length));
  if (!found) throw noSuchResource();
  const load = found.route[method as keyof ControlRoute];
  if (!load) throw methodNotAllowed();
  const body = parse((await readBody(request)).toString());
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, context.stopping]);
  const handler = await load();
  const answer = await handler({ context, method, rest: found.rest, query, body, signal });
  await sendJson(request, response, 200, answer ?? {});
}

function routeOf(path: string): { route: ControlRoute; rest: string[] } | undefined {
  const parts = path.split('/').filter(Boolean);
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join('/');
    if (Object.hasOwn(controlRoutes, name))
      return { route: controlRoutes[name]!, rest: parts.slice(length).map(decoded) };
  }
  return undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest(`${JSON.stringify(text)} is not a part of a path`);
  }
}

function parse(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`the body is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('the body must be an object');
  return value as Record<string, unknown>;
}
