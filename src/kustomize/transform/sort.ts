import { compareText, gvkSortText, kindRanks, ORDER_FIRST, ORDER_LAST } from '../config/transformer-config.ts';
import { failed } from '../failure.ts';
import type { SortOptions } from '../kustomization/types.ts';
import { gvkText, type ResourceId, sameGvk } from '../resource/id.ts';
import { ResourceList } from '../resource/resource-list.ts';
import type { Transformer } from './transformer.ts';

/** Puts objects in the order that `sortOptions` asks for. @throws KctlError `input` */
export function sortTransformer({ order = '', legacySortOptions }: SortOptions): Transformer {
  return (resources) => {
    if (order !== 'fifo' && order !== 'legacy')
      throw failed("the field 'sortOptions.order' must be one of [fifo, legacy]");
    if (order === 'fifo') {
      if (!legacySortOptions) return;
      throw failed(
        `the field 'sortOptions.legacySortOptions' is set but the selected sort order is '${order}', not 'legacy'`,
      );
    }
    const { orderFirst = [], orderLast = [] } = legacySortOptions ?? { orderFirst: ORDER_FIRST, orderLast: ORDER_LAST };
    const ranks = kindRanks(orderFirst, orderLast);
    const known = resources.items.map((resource) => ({ resource, id: resource.id }));
    known.sort((a, b) => compareIds(a.id, b.id, ranks));
    resources.items = new ResourceList(known.map(({ resource }) => resource)).items;
  };
}

function compareIds(a: ResourceId, b: ResourceId, ranks: ReadonlyMap<string, number>): number {
  if (sameGvk(a, b)) return compareText(idSortText(a), idSortText(b));
  const rank = (ranks.get(a.kind) ?? 0) - (ranks.get(b.kind) ?? 0);
  if (rank !== 0) return rank;
  const order = compareText(gvkSortText(a), gvkSortText(b));
  const areNamespaces = a.kind === 'Namespace' && b.kind === 'Namespace' && (a.group === '' || b.group === '');
  return areNamespaces ? -order : order;
}

const idSortText = (id: ResourceId): string => `${gvkText(id)}|${id.namespace || '~X'}|${id.name || '~N'}`;
