import type { KubeList, KubeObject } from '../../../api/meta.ts';
import { parseObjectPath } from '../../../api/object-path.ts';
import { resourcePath } from '../../../api/resource.ts';

/** What was read longer ago may have been changed by others since (ms). */
const freshFor = 3000;

/** The objects that a command has just read, by their paths, so that the journal need not read them again. */
export class RecentReads {
  readonly #objects = new Map<string, { object: KubeObject; at: number }>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Keeps copies: verbs change in place what they have read. Printed tables and bare metadata are no objects. */
  note(path: string, answer: unknown): void {
    const at = this.#now();
    const { kind = '', apiVersion = '', metadata, items } = answer as Partial<KubeList & KubeObject>;
    if (Array.isArray(items) && kind.endsWith('List') && !kind.startsWith('PartialObjectMetadata')) {
      const place = parseObjectPath(path);
      if (!place) return;
      for (const item of items) {
        const { namespace, name } = item.metadata;
        if (!name) continue;
        const own = resourcePath({ ...place, namespaced: namespace !== undefined }, { namespace, name });
        const object = structuredClone({ ...item, apiVersion, kind: kind.slice(0, -'List'.length) });
        this.#objects.set(own, { object, at });
      }
    } else if (kind !== 'PartialObjectMetadata' && (metadata as { uid?: string } | undefined)?.uid !== undefined) {
      this.#objects.set(path, { object: structuredClone(answer) as KubeObject, at });
    }
  }

  /** Undefined where it was not read, or too long ago. Once only: after a write it is another object. */
  take(path: string): KubeObject | undefined {
    const found = this.#objects.get(path);
    this.#objects.delete(path);
    return found && this.#now() - found.at < freshFor ? found.object : undefined;
  }
}
