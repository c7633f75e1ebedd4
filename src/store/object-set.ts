import type { KubeObject } from '../api/meta.ts';
import type { Sink, SourceState } from '../api/source.ts';
import { Observable } from './observable.ts';

export interface ObjectSetSnapshot {
  /** By uid. */
  objects: ReadonlyMap<string, KubeObject>;
  state: SourceState | undefined;
}

const keyOf = ({ metadata: { uid, namespace = '', name } }: KubeObject): string => uid ?? `${namespace}/${name}`;

/** A few whole objects, as a watch tells of them. */
export class ObjectSet extends Observable<ObjectSetSnapshot> implements Sink<KubeObject> {
  constructor() {
    super({ objects: new Map(), state: undefined });
  }

  replace(items: KubeObject[]): void {
    this.publish({ ...this.getSnapshot(), objects: new Map(items.map((item) => [keyOf(item), item])) });
  }

  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: KubeObject): void {
    const objects = new Map(this.getSnapshot().objects);
    if (type === 'DELETED') objects.delete(keyOf(item));
    else objects.set(keyOf(item), item);
    this.publish({ ...this.getSnapshot(), objects });
  }

  state(state: SourceState): void {
    this.publish({ ...this.getSnapshot(), state });
  }
}
