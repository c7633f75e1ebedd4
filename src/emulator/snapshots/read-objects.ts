import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { withSnapshot } from './snapshot-file.ts';

/** One stored object of a snapshot. */
export interface Kept {
  object: KubeObject;
  /** Its JSON, by which it is told from what is there. */
  text: string;
}

/** The objects of a snapshot, by resource and key. */
export type KeptObjects = ReadonlyMap<string, ReadonlyMap<string, Kept>>;

/**
 * Reads the whole of a snapshot, so that nothing of it can fail once it is being put in place.
 * @throws KctlError `input` for one that is damaged anywhere
 */
export function readObjects(file: string, name: string): KeptObjects {
  return withSnapshot(file, name, (database) => {
    const verdict = String(Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0]);
    if (verdict !== 'ok') throw new KctlError('input', `snapshot ${name} is damaged: ${verdict}`);
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const objects = new Map<string, Map<string, Kept>>();
    for (const { resource, key, body } of database
      .prepare('SELECT resource, key, body FROM objects ORDER BY resource, key')
      .iterate()) {
      const text = body instanceof Uint8Array ? decoder.decode(body) : String(body);
      const object = JSON.parse(text) as KubeObject;
      if (typeof object?.metadata?.name !== 'string') throw new Error(`${resource} ${key} is not an object`);
      const kept = objects.get(String(resource)) ?? new Map<string, Kept>();
      objects.set(String(resource), kept.set(String(key), { object, text }));
    }
    return objects;
  });
}
