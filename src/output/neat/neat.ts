import type { KubeObject } from '../../api/meta.ts';
import { parseApiVersion } from '../../api/resource.ts';
import { typeSchema } from '../../api/schema.ts';
import { withoutDefaults } from './drop-defaults.ts';
import { dropGenerated, type Fields, lastApplied, ownMetadataOf } from './generated.ts';

/**
 * The object as somebody would have written it: without status, without what the server, admission and
 * controllers have put in, without defaults. Applied as it is, it changes nothing. Where the manifest that was
 * applied last is known, what it says is kept, though it could have been given out as well (a node port).
 * The object is not changed; its parts are shared with what comes out.
 */
export function neat(object: KubeObject): KubeObject {
  const { status: _, ...rest } = object;
  const stripped = structuredClone({ ...rest, metadata: ownMetadataOf(object.metadata) }) as KubeObject;
  dropNullTimes(stripped);
  const { group } = parseApiVersion(object.apiVersion);
  dropGenerated(group ? `${object.kind}.${group}` : object.kind, stripped, lastApplied(object));
  return typeSchema(object.apiVersion, object.kind) ? withoutDefaults(stripped) : stripped;
}

/** Templates carry the time of a creation that never was. */
function dropNullTimes(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Fields;
  if (fields.creationTimestamp === null) delete fields.creationTimestamp;
  for (const child of Object.values(fields)) dropNullTimes(child);
}
