import type { KubeObject } from '../../../api/meta.ts';
import { jsonEqual } from '../../registry/equal.ts';
import type { SlicePort } from './backends.ts';

/** No slice holds more (kube-controller-manager --max-endpoints-per-slice). */
const PER_SLICE = 100;

export type Endpoint = Record<string, unknown> & { addresses: string[]; targetRef?: { uid?: string } };

/** Endpoints that have the same ports. */
export interface SliceGroup {
  ports: SlicePort[];
  endpoints: Endpoint[];
}

export interface SliceContent extends SliceGroup {
  /** The slice that gets this content; undefined: a new one. */
  slice: KubeObject | undefined;
}

const identity = ({ addresses, targetRef }: Endpoint): string => `${targetRef?.uid ?? ''} ${addresses.join()}`;

/**
 * Spreads endpoints over slices so that few of them change (k8s.io/endpointslice reconciler): what a slice holds stays
 * there; what is new goes into slices that change anyway, the fullest first, then, all of it, into the fullest other one that
 * has room for it, and else into new ones. Slices that nobody needs any more are used up before new ones are made.
 * @returns what is to be written, and the slices to delete; slices of neither list stay as they are
 */
export function planSlices(
  existing: readonly KubeObject[],
  groups: readonly SliceGroup[],
  isStale: (slice: KubeObject) => boolean,
  limit = PER_SLICE,
): { write: SliceContent[]; spare: KubeObject[] } {
  const write: SliceContent[] = [];
  const created: SliceContent[] = [];
  const spare = new Set(existing);
  let kept = 0;
  for (const { ports, endpoints } of groups) {
    const own = [...spare].filter((slice) => jsonEqual(slice['ports'] ?? [], ports));
    const wanted = new Map(endpoints.map((endpoint) => [identity(endpoint), endpoint]));
    const changed: SliceContent[] = [];
    const unchanged: SliceContent[] = [];
    for (const slice of own) {
      const before = (slice['endpoints'] ?? []) as Endpoint[];
      const after = before.flatMap((endpoint) => {
        const now = wanted.get(identity(endpoint));
        wanted.delete(identity(endpoint));
        return now ? [now] : [];
      });
      if (after.length === 0) continue;
      spare.delete(slice);
      const content = { slice, ports, endpoints: after };
      (jsonEqual(before, after) && !isStale(slice) ? unchanged : changed).push(content);
    }
    const left = [...wanted.values()];
    for (const content of changed.toSorted((a, b) => b.endpoints.length - a.endpoints.length)) {
      content.endpoints.push(...left.splice(0, limit - content.endpoints.length));
    }
    write.push(...changed);
    kept += unchanged.length;
    if (left.length > 0 && left.length < limit) {
      const room = unchanged
        .filter((content) => content.endpoints.length + left.length <= limit)
        .sort((a, b) => b.endpoints.length - a.endpoints.length)[0];
      if (room) write.push({ ...room, endpoints: [...room.endpoints, ...left.splice(0)] });
    }
    while (left.length > 0) created.push({ slice: undefined, ports, endpoints: left.splice(0, limit) });
  }
  // A service has a slice even where it has no endpoint.
  if (kept + write.length + created.length === 0) created.push({ slice: undefined, ports: [], endpoints: [] });
  for (const content of created) {
    const reused = [...spare][0];
    if (reused) spare.delete(reused);
    const isAsWanted =
      reused !== undefined &&
      !isStale(reused) &&
      jsonEqual(reused['ports'] ?? [], content.ports) &&
      jsonEqual(reused['endpoints'] ?? [], content.endpoints);
    if (!isAsWanted) write.push({ ...content, slice: reused });
  }
  return { write, spare: [...spare] };
}
