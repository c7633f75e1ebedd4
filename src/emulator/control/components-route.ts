import { badRequest, notFound, unavailable } from '../errors.ts';
import type { ControlCall } from './call.ts';
import type { ControlHandle } from './handle.ts';

/** @throws ApiStatusError 503 while the cluster starts */
export function handleOf({ context }: ControlCall): ControlHandle {
  const handle = context.control();
  if (!handle) throw unavailable('the cluster is still starting');
  return handle;
}

/** `GET components`: `{ components: [{ name, group, running }] }`. */
export const listComponents = (call: ControlCall) => ({ components: handleOf(call).components.list() });

/**
 * `POST components` with `{ names, running }`: stops or starts parts and groups of the control plane.
 * Answers `{ components: [{ name, running, changed }] }`.
 */
export function switchComponents(call: ControlCall): unknown {
  const { names, running } = call.body as { names?: unknown; running?: unknown };
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string') || typeof running !== 'boolean') {
    throw badRequest('names must be a list of components, running true or false');
  }
  const { components } = handleOf(call);
  const unknown = names.find((name) => !components.has(name));
  if (unknown !== undefined) throw notFound({ group: '', plural: 'components' }, unknown);
  return { components: names.map((name) => ({ name, running, changed: components.turn(name, running) })) };
}
