import type { KubeList, KubeObject } from '../../../api/meta.ts';
import { ApiStatusError } from '../../../api/status.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { listPages } from '../../../kube/list.ts';
import { ageSince } from '../../../lib/age.ts';
import { type RevisionOutcome, revisionOutcomes } from '../../../store/rollout/diff/outcomes.ts';
import { currentRevision, type RevisionRecord } from '../../../store/rollout/diff/revision.ts';
import { imagesOf } from '../../../store/rollout/tree.ts';
import { textTable } from '../../shared/text-table.ts';

/** The revisions with what is known of each: age, outcome, images. Ends with a line end. */
export async function detailedHistory(
  workload: KubeObject,
  history: readonly RevisionRecord[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<string> {
  if (history.length === 0) return 'No rollout history found.';
  const current = currentRevision(workload, history);
  const events = await eventsAbout(workload, cluster, signal);
  const outcomes = revisionOutcomes(workload, history, { current, events });
  const now = cluster.transport.now();
  const rows = history.map(({ revision, changeCause, template, keeper }) => [
    `${revision}${current?.revision === revision ? ' (now)' : ''}`,
    ageSince(keeper.metadata.creationTimestamp ?? '', now),
    outcomeText(outcomes.get(revision)!),
    imagesOf(template).join(',') || '<none>',
    changeCause || '<none>',
  ]);
  return textTable(['REVISION', 'AGE', 'OUTCOME', 'IMAGES', 'CHANGE-CAUSE'], rows);
}

function outcomeText({ outcome, detail, wentBackTo }: RevisionOutcome): string {
  const former = wentBackTo.filter((number) => number > 0);
  const back =
    wentBackTo.length === 0 ? '' : `, rolled back to${former.length > 0 ? ` (was ${former.join(', ')})` : ''}`;
  return `${outcome}${detail === '' ? '' : ` (${detail})`}${back}`;
}

/** Of the workload itself, and warnings of its namespace; [] where they may not be read. */
async function eventsAbout(
  { metadata }: KubeObject,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(metadata.namespace ?? '')}/events`;
  const list = async (fieldSelector: string): Promise<KubeObject[]> => {
    const found: KubeObject[] = [];
    const pages = listPages<KubeList>(transport, { path, query: { fieldSelector }, signal });
    for await (const { items } of pages) found.push(...items);
    return found;
  };
  try {
    const lists = await Promise.all([list(`involvedObject.uid=${metadata.uid}`), list('type=Warning')]);
    return [...new Map(lists.flat().map((event) => [event.metadata.uid ?? event.metadata.name, event])).values()];
  } catch (error) {
    if (error instanceof ApiStatusError && error.httpCode === 403) return [];
    throw error;
  }
}
