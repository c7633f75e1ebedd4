import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import type { FlagSpec, Invocation } from '../command.ts';

/** A flag of `cluster fault`, and what it says to the cluster. */
interface FaultFlag extends FlagSpec {
  /** The field of `POST faults`. */
  field: string;
  /** By default the value as it is. @throws KctlError `usage` */
  read?: (text: string, name: string) => unknown;
}

/** @throws KctlError `usage` */
function milliseconds(text: string, name: string): number {
  try {
    const ms = parseGoDuration(text);
    if (ms >= 0) return ms;
  } catch {
    // Said below.
  }
  throw new KctlError('usage', `--${name} must be a duration such as 2s or 5m, not "${text}"`);
}

/** `20%` or `0.2`. @throws KctlError `usage` */
function share(text: string, name: string): number {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const value = Number(number) / (percent ? 100 : 1);
  if (number !== undefined && value > 0 && value <= 1) return value;
  throw new KctlError('usage', `--${name} must be a share such as 20%, not "${text}"`);
}

const duration = (name: string, field: string, describe: string): FaultFlag => ({
  name,
  field,
  type: 'string',
  describe,
  read: milliseconds,
});

const verb: FaultFlag = {
  name: 'verb',
  field: 'verbs',
  type: 'stringSlice',
  describe: 'Only requests with these verbs: get, list, watch, create, update, patch, delete, deletecollection.',
};

/** Which requests or watches are meant. */
const about: readonly FaultFlag[] = [
  {
    name: 'resource',
    field: 'resources',
    type: 'stringSlice',
    describe: 'Only requests for these: pods, deployments.apps, pods/log; * stands for any characters here and below.',
  },
  { name: 'object', field: 'objects', type: 'stringSlice', describe: 'Only requests for objects of these names.' },
  { name: 'by-user', field: 'users', type: 'stringSlice', describe: 'Only requests of these users.' },
  {
    name: 'by-agent',
    field: 'agents',
    type: 'stringSlice',
    describe: 'Only requests of these programs, as their User-Agent begins: kubectl, helm.',
  },
];

const often: readonly FaultFlag[] = [
  { name: 'share', field: 'share', type: 'string', describe: 'Strike only this part, by chance: 20%.', read: share },
  { name: 'count', field: 'count', type: 'int', describe: 'End after so many strikes.' },
];

const forTime = duration('for', 'forMs', "End after this time on the cluster's clock.");
const every = duration('every', 'everyMs', "Strike again each time this has passed on the cluster's clock.");

/** The flags of each kind of fault. */
export const faultFlags: Readonly<Record<string, readonly FaultFlag[]>> = {
  slow: [
    duration('delay', 'delayMs', 'How long each answer waits, in real time.'),
    duration('jitter', 'jitterMs', 'By how much that is more or less.'),
    verb,
    ...about,
    ...often,
    forTime,
  ],
  status: [
    {
      name: 'retry-after',
      field: 'retryAfterSeconds',
      type: 'string',
      describe: 'What Retry-After says, in whole seconds; 0s leaves it out.',
      read: (text, name) => Math.round(milliseconds(text, name) / 1000),
    },
    verb,
    ...about,
    ...often,
    forTime,
  ],
  reset: [verb, ...about, ...often, forTime],
  'watch-drop': [
    { name: 'cut', field: 'cut', type: 'bool', default: false, describe: 'Cut the connection in place of ending it.' },
    ...about,
    ...often,
    every,
    forTime,
  ],
  gone: [often[1]!, every, forTime],
  pull: [
    { name: 'image', field: 'images', type: 'stringSlice', describe: 'The images: nginx, nginx:*, ghcr.io/*.' },
    {
      name: 'error',
      field: 'error',
      type: 'string',
      describe: 'What happens: not-found, unauthorized, rate-limited, down, timeout or slow.',
    },
    {
      name: 'factor',
      field: 'factor',
      type: 'string',
      describe: 'How many times longer, with --error slow; 10 by default.',
      read: (text, name) => {
        if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
        throw new KctlError('usage', `--${name} must be a number, not "${text}"`);
      },
    },
    { name: 'node', field: 'nodes', type: 'stringSlice', describe: 'Only on these nodes.' },
    ...often,
    forTime,
  ],
  crash: [
    {
      name: 'container',
      short: 'c',
      field: 'container',
      type: 'string',
      describe: 'Only this container; all but init and ephemeral ones by default.',
    },
    { name: 'exit-code', field: 'exitCode', type: 'int', describe: 'How it ends; 1 by default.' },
    { name: 'oom', field: 'oom', type: 'bool', default: false, describe: 'For lack of memory: OOMKilled, 137.' },
    ...often,
    every,
    forTime,
  ],
  partition: [forTime],
};

/** What the flags that were given say, as fields of `POST faults`. @throws KctlError `usage` */
export function faultFields(kind: string, { flags, given }: Invocation): Record<string, unknown> {
  const fields: Record<string, unknown> = { kind };
  for (const { name, field, read } of faultFlags[kind]!) {
    if (!given.has(name)) continue;
    const value = flags[name];
    fields[field] = read ? read(String(value), name) : value;
  }
  return fields;
}
