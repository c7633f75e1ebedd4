import type { AdmissionRequest } from './machine.ts';

/** Lets every plugin default and refuse, in order. */
export function admit(request: AdmissionRequest): void {
  for (const plugin of request.machine.admission) plugin.admit?.(request);
}

/** Asks those that only look, once the object is valid. */
export function check(request: AdmissionRequest): void {
  for (const plugin of request.machine.admission) plugin.check?.(request);
}
