import type { KubeObject } from '../../../api/meta.ts';
import type { ControlContext } from '../controller.ts';
import { COMPONENT } from './identity.ts';

type Deed = 'Create' | 'Update' | 'Delete';

/** Tells on the set what was done to a pod of it, or why it could not be done. */
export function say(context: ControlContext, set: KubeObject, deed: Deed, pod: string, error?: unknown): void {
  const subject = `${deed} Pod ${pod} in StatefulSet ${set.metadata.name}`;
  write(context, set, deed, `${subject} successful`, `${subject} failed error: `, error);
}

/** The same of a claim that a pod needs. */
export function sayOfClaim(
  context: ControlContext,
  set: KubeObject,
  claim: string,
  pod: string,
  error?: unknown,
): void {
  const [where, what] = [`Pod ${pod} in StatefulSet ${set.metadata.name}`, `Create Claim ${claim}`];
  write(context, set, 'Create', `${what} ${where} success`, `${what} for ${where} failed error: `, error);
}

function write(
  context: ControlContext,
  set: KubeObject,
  deed: Deed,
  success: string,
  failure: string,
  error: unknown,
): void {
  context.recorder.record(
    set,
    error === undefined
      ? { type: 'Normal', reason: `Successful${deed}`, message: success, component: COMPONENT }
      : { type: 'Warning', reason: `Failed${deed}`, message: failure + (error as Error).message, component: COMPONENT },
  );
}
