import { isSecret } from '../../../api/changes/kept-object.ts';
import { ObjectHistory } from '../../../store/object-history.ts';
import type { DashboardServices } from '../../services.ts';
import type { ObjectRef } from '../view.ts';
import { objectKey, seenObjects } from './seen-step.ts';

/** Objects whose versions are kept at a time, those that somebody looked at last. */
const keptObjects = 24;

const ofServices = new WeakMap<DashboardServices, Map<string, ObjectHistory>>();

/** What is known of an object in this session: one watch and one past for all views of it. */
export function historyOf(services: DashboardServices, ref: ObjectRef): ObjectHistory {
  const known = ofServices.get(services) ?? new Map<string, ObjectHistory>();
  ofServices.set(services, known);
  const { resource, namespace, name } = ref;
  const key = objectKey(ref);
  const seen = seenObjects(services);
  const found =
    known.get(key) ??
    new ObjectHistory(
      () => services.objectSource(resource, { ...(namespace ? { namespace } : {}), name }),
      () => services.timing.now(),
      () => seen.versions(key),
    );
  // The newest stands last.
  known.delete(key);
  known.set(key, found);
  for (const [old, history] of [...known].slice(0, Math.max(0, known.size - keptObjects))) {
    known.delete(old);
    for (const { at, object } of history.getSnapshot().versions) if (!isSecret(object)) seen.take(old, object, at);
  }
  return found;
}
