import { type ControlContext, type Controller, ownKey, splitKey } from './controller.ts';
import { endOf } from './job/pods.ts';
import { deleteIfThere } from './ownership.ts';

const RESOURCE = 'jobs.batch';

/** Deletes jobs that have been over for as long as `spec.ttlSecondsAfterFinished` says (kubernetes pkg/controller/ttlafterfinished). */
export function ttlAfterFinishedController(context: ControlContext): Controller {
  return {
    name: 'ttl-after-finished-controller',
    watches: { [RESOURCE]: (event) => (event.type === 'DELETED' ? [] : ownKey(event, RESOURCE)) },
    reconcile: async (key) => {
      const job = context.lister.get(RESOURCE, ...splitKey(key));
      const ttl: number | undefined = job?.['spec'].ttlSecondsAfterFinished;
      const end = job && endOf(job);
      if (!end || ttl === undefined || job.metadata.deletionTimestamp) return undefined;
      const left = Date.parse(end.lastTransitionTime!) + ttl * 1000 - context.clock.now();
      if (left > 0) return left;
      await deleteIfThere(context, RESOURCE, job, { propagationPolicy: 'Foreground' });
      return undefined;
    },
  };
}
