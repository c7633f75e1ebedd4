import { setImmediate as turn } from 'node:timers/promises';
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { ControlContext } from './controller.ts';
import { controllerReference, deleteIfThere } from './ownership.ts';

interface PodTemplate {
  metadata?: ObjectMeta;
  spec: Record<string, unknown>;
}

export interface PodExtras {
  /** Its own name; otherwise one is generated from the owner's. */
  name?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  /** Fields that replace the template's. */
  spec?: Record<string, unknown>;
}

/** A pod of `template`, controlled by `owner`. */
export function podFromTemplate(owner: KubeObject, template: PodTemplate, extras: PodExtras = {}): KubeObject {
  const annotations = { ...template.metadata?.annotations, ...extras.annotations };
  const finalizers = extras.finalizers ?? template.metadata?.finalizers;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(extras.name ? { name: extras.name } : { generateName: `${owner.metadata.name}-` }),
      namespace: owner.metadata.namespace!,
      labels: { ...template.metadata?.labels, ...extras.labels },
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...structuredClone(template.spec), ...extras.spec },
  };
}

/** True of the answer to whatever is made in a namespace that ends: to try again would be idle. */
export const isNamespaceEnding = (error: unknown): boolean =>
  error instanceof ApiStatusError &&
  error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Creates a pod and says so on its owner. Throws what the API answered, after saying that too;
 * undefined when the namespace ends, which is no news to anybody.
 */
export async function createPod(
  context: ControlContext,
  owner: KubeObject,
  pod: KubeObject,
  component: string,
): Promise<KubeObject | undefined> {
  try {
    const created = await context.client.create('pods', pod);
    const message = `Created pod: ${created.metadata.name}`;
    context.recorder.record(owner, { type: 'Normal', reason: 'SuccessfulCreate', message, component });
    return created;
  } catch (error) {
    if (isNamespaceEnding(error)) return undefined;
    const message = `Error creating: ${messageOf(error)}`;
    context.recorder.record(owner, { type: 'Warning', reason: 'FailedCreate', message, component });
    throw error;
  }
}

/** Deletes a pod and says so on its owner; one that is gone or going is left alone. Throws what the API answered, after saying that too. */
export async function deletePod(
  context: ControlContext,
  owner: KubeObject,
  pod: KubeObject,
  component: string,
): Promise<void> {
  if (pod.metadata.deletionTimestamp) return;
  try {
    if (!(await deleteIfThere(context, 'pods', pod))) return;
  } catch (error) {
    const message = `Error deleting: ${messageOf(error)}`;
    context.recorder.record(owner, { type: 'Warning', reason: 'FailedDelete', message, component });
    throw new Error(`unable to delete pods: ${messageOf(error)}`, { cause: error });
  }
  const message = `Deleted pod: ${pod.metadata.name}`;
  context.recorder.record(owner, { type: 'Normal', reason: 'SuccessfulDelete', message, component });
}

/** Writes between two looks at what else there is to do: each takes a millisecond, and requests must not wait for hundreds. */
const SLICE = 8;

/** Does all of `items`, some at a time, and lets requests be served in between. Throws the first failure when all are done. */
export async function inSlices<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let failed: PromiseRejectedResult | undefined;
  for (let at = 0; at < items.length; at += SLICE) {
    const results = await Promise.allSettled(items.slice(at, at + SLICE).map(work));
    failed ??= results.find((result) => result.status === 'rejected');
    if (at + SLICE < items.length) await turn();
  }
  if (failed) throw failed.reason;
}

/** Runs `make` `count` times in batches of 1, 2, 4, ...: a template that is refused is refused once, not 500 times. Stops after the first batch that fails. */
export async function slowStart(count: number, make: (index: number) => Promise<unknown>): Promise<void> {
  let done = 0;
  for (let batch = 1; done < count; batch *= 2) {
    const first = done;
    const size = Math.min(batch, count - first);
    await inSlices(
      Array.from({ length: size }, (_, at) => first + at),
      make,
    );
    done += size;
  }
}

/** No controller makes or removes more pods than this in one go (kubernetes BurstReplicas). */
export const BURST = 500;
