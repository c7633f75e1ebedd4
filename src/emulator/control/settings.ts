import type { KubeObject } from '../../api/meta.ts';
import type { Store } from '../storage/store.ts';

/**
 * Where a cluster keeps what users have set of it: among its objects, so that it is stored in the same
 * transactions, though under a name that no API serves.
 */
export const SETTINGS = 'settings.kctl.dev';

/** The setting `name`; undefined where nobody has set it. */
export function readSetting<T>(store: Store, name: string): T | undefined {
  return store.get(SETTINGS, undefined, name)?.['value'] as T | undefined;
}

/** @throws ApiStatusError 500 while the disk refuses writes */
export function writeSetting(store: Store, name: string, value: unknown): void {
  const object: KubeObject = { apiVersion: 'kctl.dev/v1', kind: 'Setting', metadata: { name }, value };
  store.put(SETTINGS, object);
}
