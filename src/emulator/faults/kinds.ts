import type { FaultKind, FaultSpec } from '../../api/control/faults.ts';

type Field = Exclude<keyof FaultSpec, 'kind'>;

/** What a kind of fault needs and may have besides `forMs`. */
interface KindRow {
  needs: readonly Field[];
  may: readonly Field[];
  /** Strikes when it is set and then each `everyMs`; without that it is done at once and never stays. */
  strikesAlone?: true;
}

const requests: readonly Field[] = ['verbs', 'resources', 'namespaces', 'objects', 'users', 'agents', 'share', 'count'];
const watches: readonly Field[] = [
  'resources',
  'namespaces',
  'objects',
  'users',
  'agents',
  'share',
  'count',
  'everyMs',
];

/** The kinds of faults, with what each of them takes. */
export const faultKinds: Readonly<Record<FaultKind, KindRow>> = {
  slow: { needs: ['delayMs'], may: ['jitterMs', ...requests] },
  status: { needs: ['code'], may: ['retryAfterSeconds', ...requests] },
  reset: { needs: [], may: requests },
  'watch-drop': { needs: [], may: ['cut', ...watches], strikesAlone: true },
  gone: { needs: [], may: ['count', 'everyMs'], strikesAlone: true },
  pull: { needs: ['images', 'error'], may: ['factor', 'nodes', 'share', 'count'] },
  crash: { needs: ['target'], may: ['container', 'exitCode', 'oom', 'share', 'count', 'everyMs'], strikesAlone: true },
  partition: { needs: ['nodes'], may: [] },
};
