import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { toCompactJson } from '../../lib/json.ts';
import { createMergePatch } from '../../lib/patch/merge-patch.ts';
import { changeName } from './change-name.ts';
import type { Lineage } from './lineage.ts';
import type { Step } from './plan.ts';
import { pathOf, stateOf } from './read-now.ts';
import { recreated } from './recreate.ts';

const fieldManager = 'kctl-undo';

/** What became of one step. */
export interface Outcome {
  step: Step;
  error?: KctlError;
}

/** Owners are made again before what they own, so that this gets their new uids. */
function inOrderOfOwners(steps: readonly Step[]): Step[] {
  const byUid = new Map(
    steps.flatMap((step) => (step.does === 'create' ? [[step.object.metadata.uid, step]] : [])) as [string, Step][],
  );
  const ordered = new Set<Step>();
  const add = (step: Step, below: ReadonlySet<Step>): void => {
    if (step.does === 'create') {
      for (const { uid } of step.object.metadata.ownerReferences ?? []) {
        const owner = byUid.get(uid);
        if (owner && !below.has(owner)) add(owner, new Set([...below, step]));
      }
    }
    ordered.add(step);
  };
  for (const step of steps) add(step, new Set([step]));
  return [...ordered];
}

/** Does what was planned, one after the other; a failure does not keep the others, and is told. */
export async function revertAll(
  steps: readonly Step[],
  cluster: Cluster,
  heir: Lineage,
  signal: AbortSignal,
  told: (outcome: Outcome) => void,
): Promise<void> {
  const newUids = new Map<string, string>();
  for (const step of inOrderOfOwners(steps)) {
    if (step.does === 'nothing' || step.does === 'refuse') continue;
    try {
      await revertOne(step, cluster, newUids, heir, signal);
      told({ step });
    } catch (error) {
      if (!(error instanceof KctlError) || error.code !== 'api') throw error;
      told({ step, error: explained(step, error) });
    }
  }
}

/** The version that was looked at is part of the request, so that nothing that came in between is lost. */
function explained(step: Step, error: KctlError): KctlError {
  if (!isApiError(error, 'Conflict')) return error;
  const hint = 'Look at what is there now, and undo again.';
  return new KctlError('conflict', `${changeName(step.change)} was changed while it was being put back`, {
    hint,
    cause: error,
  });
}

async function revertOne(
  step: Extract<Step, { does: 'delete' | 'create' | 'fields' }>,
  { transport }: Cluster,
  newUids: Map<string, string>,
  heir: Lineage,
  signal: AbortSignal,
): Promise<void> {
  const target = stateOf(step.change);
  const path = pathOf(target);
  if (step.does === 'delete') {
    const options = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid: step.uid },
    };
    const body = JSON.stringify(options);
    await transport.json({ method: 'DELETE', path, contentType: 'application/json', body, signal });
    return;
  }
  if (step.does === 'fields') {
    const patch = createMergePatch(step.now, step.value);
    const { resourceVersion } = step.live.metadata;
    const body = toCompactJson({
      ...patch,
      metadata: { ...(patch['metadata'] as object | undefined), resourceVersion },
    });
    const contentType = 'application/merge-patch+json';
    await transport.json({ method: 'PATCH', path, query: { fieldManager }, contentType, body, signal });
    return;
  }
  const body = toCompactJson(recreated(step.object, (old) => newUids.get(old) ?? heir(old) ?? old));
  const { name: _, ...collection } = target;
  const made = await transport.json<KubeObject>({
    method: 'POST',
    path: pathOf(collection as typeof target),
    query: { fieldManager },
    contentType: 'application/json',
    body,
    signal,
  });
  const { uid } = step.object.metadata;
  if (uid !== undefined && made.metadata.uid !== undefined) newUids.set(uid, made.metadata.uid);
}
