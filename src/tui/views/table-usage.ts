import { containerSum } from '../../api/container-sum.ts';
import type { KubeObject } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import type { ShapedColumn } from '../../api/row-shape.ts';
import { type Quantity, quantityValue } from '../../lib/quantity.ts';
import type { ShapeStep } from './table-shape.ts';

/** What something uses, may use or has: CPU in thousandths of a core, memory in bytes. */
export interface Amounts {
  cpu: number;
  memory: number;
}

/** What a use is compared with. Of pods what they ask for and may take, of nodes what pods can have. */
interface Bounds {
  request: Amounts | undefined;
  limit: Amounts | undefined;
}

type Resource = keyof Amounts;

/** How one column is read: from what is used, and from what that is compared with. */
interface UsageColumn {
  name: string;
  wide?: true;
  /** Only where objects come whole: a row alone does not tell what it asked for. */
  bounded: boolean;
  text(used: Amounts | undefined, bounds: Bounds | undefined): string;
}

const nothing = '-';

const use = (name: string, resource: Resource): UsageColumn => ({
  name,
  bounded: false,
  text: (used) => (used ? amountText(resource, used[resource]) : nothing),
});

const share = (name: string, resource: Resource, of: keyof Bounds): UsageColumn => ({
  name,
  bounded: true,
  text(used, bounds) {
    const bound = bounds?.[of]?.[resource];
    return used && bound ? `${Math.round((used[resource] / bound) * 100)}%` : nothing;
  },
});

const both = (name: string, resource: Resource): UsageColumn => ({
  name,
  wide: true,
  bounded: true,
  text(_, bounds) {
    const [request, limit] = [bounds?.request?.[resource], bounds?.limit?.[resource]];
    return `${request ? amountText(resource, request) : 0}:${limit ? amountText(resource, limit) : 0}`;
  },
});

const has = (name: string, resource: Resource): UsageColumn => ({
  name,
  wide: true,
  bounded: true,
  text: (_, bounds) => (bounds?.request ? amountText(resource, bounds.request[resource]) : nothing),
});

/** k9s' names. What matters most stands first, for narrow screens give up columns from the right. */
const podColumns: readonly UsageColumn[] = [
  use('CPU', 'cpu'),
  use('MEM', 'memory'),
  share('%CPU/R', 'cpu', 'request'),
  share('%MEM/R', 'memory', 'request'),
  share('%CPU/L', 'cpu', 'limit'),
  share('%MEM/L', 'memory', 'limit'),
  both('CPU/RL', 'cpu'),
  both('MEM/RL', 'memory'),
];

const nodeColumns: readonly UsageColumn[] = [
  use('CPU', 'cpu'),
  share('%CPU', 'cpu', 'request'),
  use('MEM', 'memory'),
  share('%MEM', 'memory', 'request'),
  has('CPU/A', 'cpu'),
  has('MEM/A', 'memory'),
];

export const containerColumns = podColumns;

function amountText(resource: Resource, amount: number): string {
  return resource === 'cpu' ? `${Math.ceil(amount)}m` : `${Math.round(amount / 2 ** 20)}Mi`;
}

/** `{cpu: '250m', memory: '1Gi'}` as it stands in resources, usage and allocatable. */
export function amountsOf(texts: { cpu?: string; memory?: string } | undefined): Amounts {
  return { cpu: quantityValue(texts?.cpu ?? '0') * 1000, memory: quantityValue(texts?.memory ?? '0') };
}

const sumOf = (sum: Map<string, Quantity>): Amounts => ({
  cpu: (sum.get('cpu')?.value ?? 0) * 1000,
  memory: sum.get('memory')?.value ?? 0,
});

interface UsageKind {
  columns: readonly UsageColumn[];
  bounds(object: KubeObject): Bounds;
}

const kinds: Readonly<Record<string, UsageKind>> = {
  pods: {
    columns: podColumns,
    bounds: ({ spec }) => ({
      request: sumOf(containerSum(spec ?? {}, 'requests')),
      limit: sumOf(containerSum(spec ?? {}, 'limits')),
    }),
  },
  nodes: {
    columns: nodeColumns,
    bounds: ({ status }) => ({ request: amountsOf(status?.allocatable), limit: undefined }),
  },
};

export function hasUsage(resource: ResourceInfo): boolean {
  return groupResource(resource) in kinds;
}

/** The key of a row in a table, of an object that the metrics name. */
export const usageKey = ({ metadata }: Pick<KubeObject, 'metadata'>): string =>
  metadata.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata.name ?? '');

/** The columns of CPU and memory of one table, and the figures that stand in them. */
export class TableUsage implements ShapeStep {
  readonly wholeObjects: boolean;
  readonly #kind: UsageKind;
  readonly #columns: readonly UsageColumn[];
  /** Objects of one template ask for the same: they share what is kept of it. */
  readonly #shared = new Map<string, Bounds>();
  #bounds = new Map<string, Bounds>();
  #used: ReadonlyMap<string, Amounts> = new Map();

  /** @param bounded false: without shares, for which whole objects would have to come */
  constructor(resource: ResourceInfo, bounded: boolean) {
    this.#kind = kinds[groupResource(resource)]!;
    this.#columns = this.#kind.columns.filter((column) => bounded || !column.bounded);
    this.wholeObjects = bounded;
  }

  /** Before the age, which tables end with. */
  columns(columns: readonly ShapedColumn[]): ShapedColumn[] {
    const age = columns.findIndex((column) => column.name === 'Age');
    const own = this.#columns.map(
      ({ name, wide }): ShapedColumn => ({ name, type: 'string', priority: wide ? 1 : 0, align: 'right' }),
    );
    this.#at = age < 0 ? columns.length : age;
    return columns.toSpliced(this.#at, 0, ...own);
  }

  #at = 0;

  cells(cells: readonly unknown[], object: KubeObject): readonly unknown[] {
    const key = usageKey(object);
    if (this.wholeObjects) this.#bounds.set(key, this.#sharedBounds(object));
    return cells.toSpliced(this.#at, 0, ...this.#texts(key));
  }

  #sharedBounds(object: KubeObject): Bounds {
    const bounds = this.#kind.bounds(object);
    const { request, limit } = bounds;
    const id = `${request?.cpu} ${request?.memory} ${limit?.cpu} ${limit?.memory}`;
    const known = this.#shared.get(id);
    if (known) return known;
    this.#shared.set(id, bounds);
    return bounds;
  }

  #texts(key: string): string[] {
    return this.#columns.map((column) => column.text(this.#used.get(key), this.#bounds.get(key)));
  }

  /** New figures; then rows are asked for by `cellsFor`. What is of rows that are gone is let go. */
  measured(used: ReadonlyMap<string, Amounts>, isThere: (key: string) => boolean): void {
    this.#used = used;
    for (const key of this.#bounds.keys()) if (!isThere(key)) this.#bounds.delete(key);
  }

  /**
   * The cells of a row with the figures of now; undefined where they are the same.
   * @param columns of the table as it is, which may have others in another order
   */
  cellsFor(
    key: string,
    cells: readonly unknown[],
    columns: readonly { name: string }[],
  ): readonly unknown[] | undefined {
    let next: unknown[] | undefined;
    for (const column of this.#columns) {
      const at = columns.findIndex(({ name }) => name === column.name);
      if (at < 0) continue;
      const text = column.text(this.#used.get(key), this.#bounds.get(key));
      if (text === cells[at]) continue;
      next ??= [...cells];
      next[at] = text;
    }
    return next;
  }
}

/** What the containers of one pod use against what each of them asks for, as cells of `containerColumns`. */
export function containerUsage(container: KubeObject[string], used: Amounts | undefined): string[] {
  const of = (texts: { cpu?: string; memory?: string } | undefined) => (texts ? amountsOf(texts) : undefined);
  const bounds = { request: of(container.resources?.requests), limit: of(container.resources?.limits) };
  return containerColumns.map((column) => column.text(used, bounds));
}
