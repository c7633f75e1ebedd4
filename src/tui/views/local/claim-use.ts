import type { KubeObject } from '../../../api/meta.ts';
import { resourcePath } from '../../../api/resource.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { inOrder } from '../../../lib/in-order.ts';
import type { DashboardServices } from '../../services.ts';
import { type DerivedRow, derivedTable, refTo } from './derived-table.ts';
import { memoryText, namedColumns, shareText } from './load.ts';
import { type LocalTable, localResource } from './local-table.ts';

export const claimUseResource = { ...localResource('claim-use', 'claim-use', 'ClaimUse'), namespaced: true };

const useColumns = namedColumns('Name', 'Status', 'Used', 'Free', 'Size', 'Files', 'Pod', 'Class', 'Node*');

/** Kubelets measure volumes once a minute. */
const pollMs = 60_000;
/** Nodes asked at a time. */
const atOnce = 4;

interface ClaimFacts {
  phase: string;
  size: string;
  storageClass: string;
}

const claimFacts = ({ spec, status }: KubeObject): ClaimFacts => ({
  phase: status?.phase ?? '',
  size: status?.capacity?.storage ?? spec?.resources?.requests?.storage ?? '',
  storageClass: spec?.storageClassName ?? '',
});

interface Use {
  used: number;
  free: number;
  whole: number;
  files: number | undefined;
  filesWhole: number | undefined;
  pod: string;
  node: string;
}

/** The part of a kubelet's /stats/summary that tells of volumes (kubelet/pkg/apis/stats/v1alpha1, `VolumeStats`). */
interface Summary {
  pods?: {
    podRef?: { name?: string };
    volume?: {
      pvcRef?: { name: string; namespace: string };
      usedBytes?: number;
      availableBytes?: number;
      capacityBytes?: number;
      inodesUsed?: number;
      inodes?: number;
    }[];
  }[];
}

/** What the kubelets measured, by `namespace/claim`. @returns undefined where none of them may be asked */
async function readUse({ cluster, list }: DashboardServices): Promise<Map<string, Use> | undefined> {
  const nodes = findBuiltin('nodes')!;
  const names = (await list(nodes, {})).map(({ metadata }) => metadata.name ?? '');
  const found = new Map<string, Use>();
  let answered = 0;
  const ask = (name: string) =>
    cluster.transport.json<Summary>({ method: 'GET', path: `${resourcePath(nodes, { name })}/proxy/stats/summary` });
  let at = 0;
  for await (const answer of inOrder(names, atOnce, ask)) {
    const node = names[at++]!;
    if (answer.status === 'rejected') continue;
    answered++;
    for (const { podRef, volume = [] } of answer.value.pods ?? []) {
      for (const { pvcRef, usedBytes, availableBytes = 0, capacityBytes = 0, inodesUsed, inodes } of volume) {
        if (!pvcRef || usedBytes === undefined) continue;
        found.set(`${pvcRef.namespace}/${pvcRef.name}`, {
          ...{ used: usedBytes, free: availableBytes, whole: capacityBytes, files: inodesUsed, filesWhole: inodes },
          ...{ pod: podRef?.name ?? '', node },
        });
      }
    }
  }
  return answered > 0 ? found : undefined;
}

/** From this share on a volume is nearly full. */
const nearly = 0.9;

/** How full claims are, as far as a kubelet measures them: those that a pod has mounted. */
export const claimUseTable: LocalTable = {
  resource: claimUseResource,
  open(services, { scope }) {
    let uses = new Map<string, Use>();
    return derivedTable(services, {
      columns: useColumns,
      kinds: [{ kind: 'persistentvolumeclaims', scope, keep: claimFacts }],
      rows: (live) =>
        [...live.items('persistentvolumeclaims').values()].map(
          ({ resource, namespace, name, uid, value }): DerivedRow => {
            const { phase, size, storageClass } = value as ClaimFacts;
            const use = uses.get(`${namespace}/${name}`);
            const isFull = use !== undefined && use.whole > 0 && use.used / use.whole >= nearly;
            return {
              id: name,
              namespace,
              ref: refTo(resource, namespace, name, uid),
              cells: [
                ...[
                  name,
                  isFull ? 'Warning' : phase,
                  shareText(use?.used, use?.whole ?? 0),
                  memoryText(use?.free),
                  size,
                ],
                ...[shareText(use?.files, use?.filesWhole ?? 0), use?.pod ?? '', storageClass, use?.node ?? ''],
              ],
            };
          },
        ),
      poll: {
        everyMs: pollMs,
        async ask() {
          const read = await readUse(services);
          if (read) uses = read;
          return read !== undefined;
        },
      },
    });
  },
};
