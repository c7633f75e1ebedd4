import type { KubeObject } from '../../../api/meta.ts';
import { quantityValue } from '../../../lib/quantity.ts';
import { type DerivedRow, derivedTable, refTo } from './derived-table.ts';
import { namedColumns, shareText } from './load.ts';
import { type LocalTable, localResource } from './local-table.ts';

export const quotaBoardResource = { ...localResource('quota-board', 'quota-board', 'QuotaBoard'), namespaced: true };

const boardColumns = namedColumns('Quota', 'Resource', 'Status', 'Used', 'Hard', 'Share');

/** From this share on a quota is nearly used up. */
const nearly = 0.9;

interface Line {
  resource: string;
  used: string;
  hard: string;
}

function quotaLines({ spec, status }: KubeObject): Line[] {
  const hard: Record<string, string> = status?.hard ?? spec?.hard ?? {};
  return Object.entries(hard).map(([resource, amount]) => ({
    resource,
    hard: amount,
    used: status?.used?.[resource] ?? '0',
  }));
}

/** Every limit of every quota, and how much of it is taken. */
export const quotaBoardTable: LocalTable = {
  resource: quotaBoardResource,
  open: (services, { scope }) =>
    derivedTable(services, {
      columns: boardColumns,
      kinds: [{ kind: 'resourcequotas', scope, keep: quotaLines }],
      rows: (live) =>
        [...live.items('resourcequotas').values()].flatMap(({ resource, namespace, name, uid, value }) =>
          (value as Line[]).map((line): DerivedRow => {
            const [used, hard] = [quantityValue(line.used), quantityValue(line.hard)];
            const status =
              used > hard ? 'Exceeded' : used === hard ? 'Exhausted' : used >= hard * nearly ? 'Warning' : 'Active';
            return {
              id: `${name} ${line.resource}`,
              namespace,
              ref: refTo(resource, namespace, name, uid),
              cells: [name, line.resource, status, line.used, line.hard, shareText(used, hard)],
            };
          }),
        ),
    }),
};
