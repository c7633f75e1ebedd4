import type { Change, Told } from '../../api/control/happenings.ts';
import { aligned } from './steer.ts';

const inNamespace = (namespace: string | undefined, name: string): string =>
  namespace && namespace !== 'default' ? `${namespace}/${name}` : name;

/** A line for each change and each Event, below one another. */
export function happened(changes: readonly Change[], events: readonly Told[]): string[] {
  const rows = changes.map(({ verb, resource, namespace, name, now }) => [
    verb,
    inNamespace(namespace, `${resource.split('.')[0]}/${name}`),
    now ?? '',
  ]);
  return [...aligned(rows), ...eventLines(events)];
}

/** `Normal   Scheduled   pod/web-1   ...`, each with `before` in front. */
export function eventLines(
  events: readonly Told[],
  before: (event: Told, at: number) => string[] = () => [],
): string[] {
  return aligned(
    events.map((event, at) => [
      ...before(event, at),
      event.type,
      event.reason,
      inNamespace(event.namespace, event.about),
      event.message,
    ]),
  );
}
