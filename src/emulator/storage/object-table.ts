import type { KubeObject } from '../../api/meta.ts';

/** `namespace/name`, or `/name` for what has no namespace: the order of lists is the order of keys. */
export function objectKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

export function keyOf({ metadata }: KubeObject): string {
  return objectKey(metadata.namespace, metadata.name ?? '');
}

interface Entry {
  key: string;
  object: KubeObject;
}

/** All objects of one resource in key order, with an index by controller. */
export class ObjectTable {
  readonly #byKey = new Map<string, Entry>();
  readonly #sorted: Entry[] = [];
  readonly #byController = new Map<string, Map<string, KubeObject>>();

  get size(): number {
    return this.#sorted.length;
  }

  get(key: string): KubeObject | undefined {
    return this.#byKey.get(key)?.object;
  }

  set(key: string, object: KubeObject): void {
    const entry = this.#byKey.get(key);
    if (entry) {
      if (controllerOf(entry.object) !== controllerOf(object)) this.#unlink(key, entry.object);
      entry.object = object;
    } else {
      const added = { key, object };
      this.#byKey.set(key, added);
      this.#sorted.splice(this.#position(key), 0, added);
    }
    const controller = controllerOf(object);
    const owned = this.#byController.get(controller);
    if (owned) owned.set(key, object);
    else this.#byController.set(controller, new Map([[key, object]]));
  }

  delete(key: string): void {
    const entry = this.#byKey.get(key);
    if (!entry) return;
    this.#unlink(key, entry.object);
    this.#byKey.delete(key);
    this.#sorted.splice(this.#position(key), 1);
  }

  /** In key order. */
  list(namespace?: string): KubeObject[] {
    if (namespace === undefined) {
      const all = new Array<KubeObject>(this.#sorted.length);
      for (let at = 0; at < all.length; at++) all[at] = this.#sorted[at]!.object;
      return all;
    }
    const end = this.#position(`${namespace}0`); // '0' follows '/'
    const objects: KubeObject[] = [];
    for (let at = this.#position(`${namespace}/`); at < end; at++) objects.push(this.#sorted[at]!.object);
    return objects;
  }

  /** What this controller controls; '' stands for none. */
  controlledBy(uid: string): KubeObject[] {
    return [...(this.#byController.get(uid)?.values() ?? [])];
  }

  #unlink(key: string, object: KubeObject): void {
    const controller = controllerOf(object);
    const owned = this.#byController.get(controller);
    if (!owned) return;
    owned.delete(key);
    if (owned.size === 0) this.#byController.delete(controller);
  }

  /** Index of the first entry that is not before `key`. */
  #position(key: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]!.key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function controllerOf(object: KubeObject): string {
  return object.metadata.ownerReferences?.find((owner) => owner.controller)?.uid ?? '';
}
