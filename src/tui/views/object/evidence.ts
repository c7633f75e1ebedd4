import type { KubeObject } from '../../../api/meta.ts';
import { say } from '../../words/say.ts';

/** One link of a chain from a symptom to its cause. */
export interface Evidence {
  /** `bad` stands in the way, `warn` may, `ok` does not. */
  level: 'bad' | 'warn' | 'ok';
  text: string;
  /** What to do about it. */
  next?: string;
  /** Concluded, and not read from the cluster. */
  guess?: boolean;
  /** The object that shows it; its namespace is the asked one's unless it says otherwise. */
  ref?: { kind: string; name: string; namespace?: string };
  /** How much further down the chain than what it follows from. */
  depth?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: status as it comes
type Fields = Record<string, any>;

/** Conditions whose `True` is the trouble. */
const badWhenTrue = /Pressure$|Unavailable$|Failure$|^Failed$|^Stalled$|^Degraded$|DisruptionTarget/;
const badPhases = /Pending|Failed|Lost|Error|Unknown/;
/** Warnings that are told, the newest first. */
const toldEvents = 5;

/** What keeps an object that is being deleted. */
export function deletionEvidence({ metadata }: KubeObject): Evidence[] {
  const { deletionTimestamp, finalizers = [] } = metadata;
  if (!deletionTimestamp) return [];
  if (finalizers.length === 0)
    return [{ level: 'warn', text: say('it is being deleted since {time}', { time: deletionTimestamp }) }];
  return [
    {
      level: 'bad',
      text: say('it is being deleted since {time} and waits for {finalizers}', {
        time: deletionTimestamp,
        finalizers: finalizers.join(', '),
      }),
      next: say('see that whoever set these finalizers runs; they take them away when they have cleaned up'),
    },
  ];
}

/** What an object says of itself, and what others said of it: its phase, its conditions, warnings about it. */
export function ownEvidence({ status }: KubeObject, events: readonly KubeObject[]): Evidence[] {
  const conditions: readonly Fields[] = Array.isArray(status?.conditions) ? status.conditions : [];
  const phase: unknown = status?.phase;
  const told = conditions.flatMap(({ type, status: is, reason, message }): Evidence[] => {
    const isBad = badWhenTrue.test(type) ? is === 'True' : is === 'False';
    const why = [reason, message].filter(Boolean).join(': ');
    return isBad
      ? [
          {
            level: 'bad',
            text: `${say('its condition {type} is {status}', { type, status: is })}${why ? `: ${why}` : ''}`,
          },
        ]
      : [];
  });
  const stamp = ({ lastTimestamp, eventTime, metadata }: KubeObject) =>
    String(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '');
  const warnings = events
    .filter(({ type }) => type === 'Warning')
    .sort((a, b) => (stamp(a) < stamp(b) ? 1 : -1))
    .slice(0, toldEvents)
    .map(({ reason, message, count = 1, metadata }): Evidence => {
      const times = count > 1 ? ` (${say('{count} times', { count })})` : '';
      return {
        level: 'warn',
        text: `${reason}: ${message ?? ''}${times}`,
        ref: {
          kind: 'events',
          name: metadata.name ?? '',
          ...(metadata.namespace && { namespace: metadata.namespace }),
        },
      };
    });
  return [
    ...(typeof phase === 'string' && badPhases.test(phase)
      ? [{ level: 'bad', text: say('it is {status}', { status: phase }) } as Evidence]
      : []),
    ...told,
    ...warnings,
  ];
}

/** Kinds as facts name them in sentences. */
const words: readonly (readonly [RegExp, string])[] = [
  [/\bconfig ?map "?([a-z0-9][a-z0-9.-]*)"?/i, 'configmaps'],
  [/\bsecret "?([a-z0-9][a-z0-9.-]*)"?/i, 'secrets'],
  [/\bservice account "?([a-z0-9][a-z0-9.-]*)"?/i, 'serviceaccounts'],
  [/\b(?:persistentvolumeclaim|claim) "?([a-z0-9][a-z0-9.-]*)"?/i, 'persistentvolumeclaims'],
  [/\bpod "?([a-z0-9][a-z0-9.-]*-[a-z0-9.-]*)"?/i, 'pods'],
  [/\bnode "?([a-z0-9][a-z0-9.-]*-[a-z0-9.-]*)"?/i, 'nodes'],
  [/\bstorage class "?([a-z0-9][a-z0-9.-]*)"?/i, 'storageclasses.storage.k8s.io'],
];

/** The object that a sentence speaks of. */
export function namedObject(text: string): Evidence['ref'] {
  for (const [expression, kind] of words) {
    const name = expression.exec(text)?.[1]?.replace(/[.]$/, '');
    if (name) return { kind, name };
  }
  return undefined;
}
