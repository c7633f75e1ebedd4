import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import type { ShapedColumn } from '../../api/row-shape.ts';
import type { TableStore } from '../../store/table-store.ts';
import type { DashboardServices } from '../services.ts';
import type { SeenForward } from '../state/forwards.ts';
import type { ShapeStep } from './table-shape.ts';
import { usageKey } from './table-usage.ts';

const name = 'PF';
/** Stands behind the name, as k9s has it. */
export const forwardColumn = { name, type: 'string', priority: 0 };

/** Kinds whose rows can be forwarded, by how forwards name them: `deployment` of `deployment/web`. */
const kinds: Readonly<Record<string, string>> = {
  pods: 'pod',
  services: 'service',
  'deployments.apps': 'deployment',
  'statefulsets.apps': 'statefulset',
  'daemonsets.apps': 'daemonset',
  'replicasets.apps': 'replicaset',
};

const signs: Readonly<Record<SeenForward['phase'], string>> = {
  starting: '…',
  forwarding: '⇄',
  waiting: '‖',
  lost: '×',
  stopped: '',
};

/** `⇄8080`: what a row of that key is forwarded to, by key. */
function signsOf(forwards: readonly SeenForward[], context: string, singular: string): Map<string, string> {
  const found = new Map<string, string[]>();
  for (const { context: of, namespace, target, pod, phase, local } of forwards) {
    const [kind, called = ''] = target.split('/');
    const names = new Set([
      ...(kind === singular ? [called] : []),
      ...(singular === 'pod' && pod !== '' && phase === 'forwarding' ? [pod] : []),
    ]);
    if (of !== context || signs[phase] === '') continue;
    for (const one of names) {
      const key = `${namespace}/${one}`;
      found.set(key, [...(found.get(key) ?? []), `${signs[phase]}${local}`]);
    }
  }
  return new Map([...found].map(([key, list]) => [key, list.join(' ')]));
}

/** What rows of that kind are forwarded to at this moment, by `namespace/name`; nothing for kinds that cannot be. */
export function signsNow({ forwards, cluster }: DashboardServices, kind: string): Map<string, string> {
  const singular = kinds[kind];
  return singular === undefined
    ? new Map()
    : signsOf(forwards?.desk.getSnapshot() ?? [], cluster.contextName, singular);
}

/** What the containers of a pod are forwarded to at this moment, by name: each for the ports that it declares. */
export function containerSigns(
  { forwards, cluster }: DashboardServices,
  namespace: string,
  pod: string,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const one of forwards?.desk.getSnapshot() ?? []) {
    const isOfPod = one.target === `pod/${pod}` || (one.pod === pod && one.phase === 'forwarding');
    if (!isOfPod || one.context !== cluster.contextName || one.namespace !== namespace || signs[one.phase] === '') {
      continue;
    }
    const before = found.get(one.container);
    found.set(one.container, `${before ? `${before} ` : ''}${signs[one.phase]}${one.local}`);
  }
  return found;
}

/**
 * The column that says which rows of a table are forwarded, and on which local ports. It is there while one of its kind
 * is; what is in it follows without a request.
 */
export class ForwardSigns implements ShapeStep {
  readonly wholeObjects = false;
  readonly #services: DashboardServices;
  readonly #singular: string;
  #signs: ReadonlyMap<string, string>;
  #unsubscribe: (() => void) | undefined;

  /** Undefined for kinds that cannot be forwarded, and where nothing can be. */
  static of(services: DashboardServices, resource: ResourceInfo): ForwardSigns | undefined {
    const singular = kinds[groupResource(resource)];
    return singular !== undefined && services.forwards ? new ForwardSigns(services, singular) : undefined;
  }

  private constructor(services: DashboardServices, singular: string) {
    this.#services = services;
    this.#singular = singular;
    this.#signs = this.#now();
  }

  #now(): Map<string, string> {
    const { forwards, cluster } = this.#services;
    return signsOf(forwards?.desk.getSnapshot() ?? [], cluster.contextName, this.#singular);
  }

  get #isShown(): boolean {
    return this.#signs.size > 0;
  }

  /** @param reopen the table has one column more, or less */
  follow(store: TableStore, reopen: () => void): void {
    this.#unsubscribe = this.#services.forwards?.desk.subscribe(() => {
      const before = this.#isShown;
      const next = this.#now();
      const isSame = next.size === this.#signs.size && [...next].every(([key, sign]) => this.#signs.get(key) === sign);
      if (isSame) return;
      this.#signs = next;
      if (before !== this.#isShown) return reopen();
      const at = store.getSnapshot().columns.findIndex((column) => column.name === name);
      if (at < 0) return;
      store.recell((row) => {
        const sign = next.get(row.key) ?? '';
        return row.cells[at] === sign ? undefined : row.cells.toSpliced(at, 1, sign);
      });
    });
  }

  stop(): void {
    this.#unsubscribe?.();
  }

  #at = 0;

  columns(columns: readonly ShapedColumn[]): ShapedColumn[] {
    if (!this.#isShown) return [...columns];
    this.#at = columns.findIndex((column) => column.name === 'Name') + 1;
    return columns.toSpliced(this.#at, 0, forwardColumn);
  }

  cells(cells: readonly unknown[], object: Parameters<ShapeStep['cells']>[1]): readonly unknown[] {
    return this.#isShown ? cells.toSpliced(this.#at, 0, this.#signs.get(usageKey(object)) ?? '') : cells;
  }
}
