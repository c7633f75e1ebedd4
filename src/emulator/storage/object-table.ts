import type { KubeObject } from '../../api/meta.ts';

/** `namespace/name`, or `/name` for what has no namespace: the order of lists is the order of keys. */
export function objectKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

export function keyOf({ metadata }: KubeObject): string {
  return objectKey(metadata.namespace, metadata.name ?? '');
}

/** So many moves take about as long as a pass over all. */
const FEW = 8;

interface Entry {
  key: string;
  object: KubeObject;
}

/** All objects of one resource in key order, with an index by controller. */
export class ObjectTable {
  readonly #byKey = new Map<string, Entry>();
  /** In key order; what is in `#added` is not yet among them. */
  #sorted: Entry[] = [];
  /** New since somebody wanted the order: a place for each at once would cost as much as all that stand behind it. */
  #added: Entry[] = [];
  readonly #byController = new Map<string, Map<string, KubeObject>>();

  get size(): number {
    return this.#byKey.size;
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
      if (this.#added.length === 0 && (this.#sorted.at(-1)?.key ?? '') < key) this.#sorted.push(added);
      else this.#added.push(added);
    }
    const controller = controllerOf(object);
    const owned = this.#byController.get(controller);
    if (owned) owned.set(key, object);
    else this.#byController.set(controller, new Map([[key, object]]));
  }

  delete(key: string): void {
    const entry = this.#byKey.get(key);
    if (!entry) return;
    this.#settle();
    this.#unlink(key, entry.object);
    this.#byKey.delete(key);
    this.#sorted.splice(this.#position(key), 1);
  }

  /** In key order. */
  list(namespace?: string): KubeObject[] {
    this.#settle();
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

  /** Gives what is new its place: a few by moving what is behind them, many by one pass over all. */
  #settle(): void {
    if (this.#added.length === 0) return;
    const added = this.#added.sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#added = [];
    if (added.length < FEW) {
      for (const entry of added) this.#sorted.splice(this.#position(entry.key), 0, entry);
      return;
    }
    const old = this.#sorted;
    const merged: Entry[] = [];
    let at = 0;
    for (const entry of added) {
      while (at < old.length && old[at]!.key < entry.key) merged.push(old[at++]!);
      merged.push(entry);
    }
    while (at < old.length) merged.push(old[at++]!);
    this.#sorted = merged;
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
