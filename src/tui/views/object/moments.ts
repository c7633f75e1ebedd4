import { fieldDifferences } from '../../../api/changes/field-diff.ts';
import { ownersOf } from '../../../api/changes/field-owners.ts';
import { shownValue } from '../../../api/changes/shown-value.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../../api/meta.ts';
import type { ObjectHistorySnapshot, ObjectVersion } from '../../../store/object-history.ts';
import { say } from '../../words/say.ts';
import { isSecret } from './secret-text.ts';

/** Something that happened to an object, and where that is known from. */
export interface Moment {
  /** ms since 1970. */
  at: number;
  what: string;
  evidence: 'event' | 'watch' | 'condition' | 'managed fields' | 'status' | 'metadata';
  level: 'bad' | 'warn' | 'ok';
  /** The event, where one says it. */
  event?: KubeObject;
}

// biome-ignore lint/suspicious/noExplicitAny: status as it comes
type Fields = Record<string, any>;

/** Fields that are told of one change. */
const toldFields = 3;
/** These change with every write or beat, or are told by conditions. */
const untold = /^(metadata\.(managedFields|resourceVersion|generation)|status\.(observedGeneration|conditions))\b/;

const time = (text: unknown): number => (typeof text === 'string' ? Date.parse(text) : Number.NaN);

function moment(at: number, evidence: Moment['evidence'], what: string, level: Moment['level'] = 'ok'): Moment[] {
  return Number.isNaN(at) || what === '' ? [] : [{ at, evidence, what, level }];
}

function ofMetadata({ metadata }: KubeObject): Moment[] {
  const { creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  return [
    ...moment(time(creationTimestamp), 'metadata', say('Created')),
    ...moment(
      time(deletionTimestamp) - deletionGracePeriodSeconds * 1000,
      'metadata',
      say('Deletion asked for'),
      'warn',
    ),
  ];
}

/** Conditions whose `True` is the trouble. */
const badWhenTrue = /Pressure$|Unavailable$|Failure$|^Failed$|^Stalled$|^Degraded$|DisruptionTarget/;

function ofConditions({ status }: KubeObject): Moment[] {
  const conditions: readonly Fields[] = Array.isArray(status?.conditions) ? status.conditions : [];
  return conditions.flatMap(({ type, status: is, reason, message, lastTransitionTime }) => {
    const why = [reason, message].filter(Boolean).join(': ');
    const isBad = badWhenTrue.test(type) ? is === 'True' : is === 'False';
    const what = `${say('{type} became {status}', { type, status: is })}${why ? `, ${why}` : ''}`;
    return moment(time(lastTransitionTime), 'condition', what, isBad ? 'warn' : 'ok');
  });
}

function ofContainers({ status }: KubeObject): Moment[] {
  const all: readonly Fields[] = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'].flatMap(
    (list) => status?.[list] ?? [],
  );
  const ended = (name: string, state: Fields | undefined): Moment[] => {
    const { exitCode, reason, message, startedAt, finishedAt } = state?.terminated ?? {};
    if (finishedAt === undefined) return [];
    const end = say('Container {name} ended: {reason}, exit code {code}', {
      name,
      reason: reason ?? 'exit',
      code: exitCode,
    });
    const what = `${end}${message ? `, ${message}` : ''}`;
    return [
      ...moment(time(startedAt), 'status', say('Container {name} started', { name })),
      ...moment(time(finishedAt), 'status', what, exitCode === 0 ? 'ok' : 'bad'),
    ];
  };
  return all.flatMap(({ name, state, lastState }) => [
    ...ended(name, lastState),
    ...ended(name, state),
    ...moment(time(state?.running?.startedAt), 'status', say('Container {name} started', { name })),
  ]);
}

/** Times that kinds stamp into their status. */
function ofStatus({ status }: KubeObject): Moment[] {
  return [
    ...moment(time(status?.startTime), 'status', say('Started')),
    ...moment(time(status?.completionTime), 'status', say('Completed')),
    ...moment(time(status?.lastScheduleTime), 'status', say('Scheduled a job')),
    ...moment(time(status?.lastScaleTime), 'status', say('Scaled')),
  ];
}

/** `spec.replicas`, `metadata.labels.app`: what an entry of managed fields is about, as deep as it goes. */
function ownedPaths(fields: Fields, path = ''): string[] {
  return Object.entries(fields).flatMap(([step, below]) => {
    if (step === '.') return [];
    const name = step.startsWith('f:') ? `${path === '' ? '' : '.'}${step.slice(2)}` : `[${step.slice(2)}]`;
    const inner = Object.keys(below ?? {}).filter((key) => key !== '.');
    return inner.length === 0 ? [`${path}${name}`] : ownedPaths(below as Fields, `${path}${name}`);
  });
}

function some(texts: readonly string[], separator: string): string {
  const more = texts.length - toldFields;
  return `${texts.slice(0, toldFields).join(separator)}${more > 0 ? `${separator}${say('{count} more', { count: more })}` : ''}`;
}

function ofManagers(entries: readonly ManagedFieldsEntry[] = []): Moment[] {
  return entries.flatMap(({ manager = '', operation, time: at, fieldsV1, subresource }) => {
    const values = { manager, fields: some(ownedPaths(fieldsV1 ?? {}), ', ') };
    const what =
      operation === 'Apply' ? say('{manager} applied {fields}', values) : say('{manager} wrote {fields}', values);
    return moment(time(at), 'managed fields', subresource ? `${what} (${subresource})` : what);
  });
}

/** What changed from one version to the next, with who did it where the server says so. */
function ofChange(before: ObjectVersion, { at, object }: ObjectVersion): Moment[] {
  if (before.object.metadata.uid !== object.metadata.uid) {
    return moment(at, 'watch', say('Another object took its name'), 'warn');
  }
  const changes = fieldDifferences(before.object, object).filter(({ path }) => !untold.test(path));
  const texts = changes.map((change) => {
    const [was, is] = [change.before, change.after].map((one) => shownValue(one, change.path, isSecret(object)));
    return `${change.path} ${was} → ${is}`;
  });
  const managers = new Set(changes.flatMap((change) => ownersOf(change, object.metadata.managedFields)));
  const by = managers.size > 0 && managers.size <= 2 ? ` (${[...managers].join(', ')})` : '';
  return moment(at, 'watch', texts.length > 0 ? `${some(texts, '; ')}${by}` : '');
}

function ofEvent(event: KubeObject): Moment[] {
  const { reason, message, count = 1, type, lastTimestamp, eventTime, series, metadata } = event as Fields;
  const at = [series?.lastObservedTime, lastTimestamp, eventTime, metadata.creationTimestamp].find(Boolean);
  const times = series?.count ?? count;
  const what = `${reason}: ${String(message ?? '').trim()}${times > 1 ? ` (${say('{count} times', { count: times })})` : ''}`;
  const level = type === 'Warning' ? 'warn' : 'ok';
  return moment(time(at), 'event', what, level).map((one) => ({ ...one, event }));
}

/**
 * Everything that is known to have happened to an object, newest first: what its metadata, status and
 * managed fields say, what a watch saw of it, and the events about it.
 */
export function momentsOf({ versions, goneAt }: ObjectHistorySnapshot, events: Iterable<KubeObject>): Moment[] {
  const found = versions.flatMap(({ object }, index) => [
    ...ofMetadata(object),
    ...ofConditions(object),
    ...ofContainers(object),
    ...ofStatus(object),
    ...(index > 0 ? ofChange(versions[index - 1]!, versions[index]!) : []),
  ]);
  const latest = versions.at(-1)?.object;
  const all = [
    ...found,
    ...ofManagers(latest?.metadata.managedFields),
    ...(goneAt === undefined ? [] : moment(goneAt, 'watch', say('Gone'), 'warn')),
    ...[...events].flatMap(ofEvent),
  ];
  // Versions say the same of what did not change between them.
  const once = new Map(all.map((one) => [`${one.at} ${one.evidence} ${one.what}`, one]));
  return [...once.values()].sort((a, b) => b.at - a.at);
}
