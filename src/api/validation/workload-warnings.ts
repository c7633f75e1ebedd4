import { type Fields, listAt } from './checks.ts';
import { claimSpecWarnings } from './object-warnings.ts';

/** What is said of workloads apart from their pods. Sources: Kubernetes pkg/api/job/warnings.go and the strategies under pkg/registry. */

/** Where a daemon set shows how often its template was changed: a number of its own in Go. */
export const TEMPLATE_COUNT = 'deprecated.daemonset.template.generation';

const uncountable =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';

/** `at`: where the spec of the job is. */
function jobWarnings(at: string, spec: Fields | undefined): string[] {
  const isVast = spec?.completionMode === 'Indexed' && spec.completions > 100_000 && spec.parallelism > 10_000;
  return isVast ? [`${at}: ${uncountable}`] : [];
}

/** What comes before the warnings of the template, by `plural.group`. */
export const jobSpecWarnings: Readonly<Record<string, (object: Fields) => string[]>> = {
  'jobs.batch': ({ spec }) => jobWarnings('spec', spec),
  'cronjobs.batch': ({ spec }) => jobWarnings('spec.jobTemplate.spec', spec?.jobTemplate?.spec),
};

const endlessHistory =
  'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';
const zoneInSchedule =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';

/** What comes after them, and whether or not the template changes. */
export const lastWorkloadWarnings: Readonly<Record<string, (object: Fields, isNew: boolean) => string[]>> = {
  'statefulsets.apps': ({ spec }, isNew) => [
    ...listAt(spec, 'volumeClaimTemplates').flatMap((claim, index) =>
      claimSpecWarnings(`spec.volumeClaimTemplates[${index}]${isNew ? '' : '.Spec'}`, claim.spec),
    ),
    ...(spec?.revisionHistoryLimit < 0 ? [endlessHistory] : []),
  ],
  'cronjobs.batch': ({ spec }, isNew) => (!isNew && String(spec?.schedule).includes('TZ') ? [zoneInSchedule] : []),
};
