import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import { checkImmutable, checkName, type Fields, isMissing } from './checks.ts';
import { semanticEqual } from './equal.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';

/** Events of both groups, in the form of core/v1. Source: Kubernetes pkg/apis/core/validation/events.go. */

/** `isNew`: written through events.k8s.io, whose rules are stricter. */
function checkLegacy(causes: Causes, event: KubeObject, isNew: boolean): void {
  const own = event.metadata.namespace ?? '';
  const of = event.involvedObject?.namespace ?? '';
  const mismatch = (): void => causes.invalid('involvedObject.namespace', of, 'does not match event.namespace');
  if (isMissing(event.eventTime)) {
    if (of === '' ? own !== '' && own !== 'default' : own !== of) mismatch();
  } else {
    if (of === '' && own !== 'default' && own !== 'kube-system') mismatch();
    const controller = isNew ? 'reportingController' : 'reportingComponent';
    const name = (event.reportingComponent ?? '') as string;
    if (name === '') causes.required(controller);
    checkName(causes, controller, name, qualifiedName);
    checkText(causes, event, 'reportingInstance', 128);
    checkText(causes, event, 'action', 128);
    checkText(causes, event, 'reason', 128);
    if (String(event.message ?? '').length > 1024) causes.invalid('message', '', 'can have at most 1024 characters');
  }
  checkName(causes, 'namespace', own, dnsSubdomain);
}

function checkText(causes: Causes, event: KubeObject, field: string, most: number): void {
  const text = String(event[field] ?? '');
  if (text === '') causes.required(field);
  if (text.length > most) causes.invalid(field, '', `can have at most ${most} characters`);
}

function checkSeries(causes: Causes, series: Fields | undefined): void {
  if (!series) return;
  if (!(series.count >= 2)) causes.invalid('series.count', '', 'should be at least 2');
  if (isMissing(series.lastObservedTime)) causes.required('series.lastObservedTime');
}

/** Fields that an event of events.k8s.io keeps, with what Go calls them. */
const fixedFields: readonly [field: string, type?: string][] = [
  ['involvedObject', 'core.ObjectReference'],
  ['reason'],
  ['message'],
  ['source', 'core.EventSource'],
  ['firstTimestamp'],
  ['lastTimestamp'],
  ['count'],
  ['reason'],
  ['type'],
  ['eventTime'],
  ['action'],
  ['related', '*core.ObjectReference'],
  ['reportingComponent'],
  ['reportingInstance'],
];

/** Of them those that are plain texts: missing is empty. */
const texts: ReadonlySet<string> = new Set([
  'action',
  'message',
  'reason',
  'reportingComponent',
  'reportingInstance',
  'type',
]);

export function checkEvent(causes: Causes, event: KubeObject, previous: KubeObject | undefined, isNew: boolean): void {
  checkLegacy(causes, event, isNew);
  if (!isNew) return;
  if (previous) {
    if (!semanticEqual(event.series, previous.series)) checkSeries(causes, event.series as Fields | undefined);
    for (const [field, type] of fixedFields) {
      const shown = field === 'reportingComponent' ? 'reportingController' : field;
      const empty = texts.has(field) ? '' : null;
      checkImmutable(causes, shown, event[field] ?? empty, previous[field] ?? empty, semanticEqual, type);
    }
    return;
  }
  checkSeries(causes, event.series as Fields | undefined);
  if (isMissing(event.eventTime)) causes.required('eventTime');
  const type = event.type ?? '';
  if (type !== 'Normal' && type !== 'Warning') causes.invalid('type', '', `has invalid value: ${type}`);
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count']) {
    if (event[field]) causes.invalid(field, '', 'needs to be unset');
  }
  if (event.source?.component || event.source?.host) causes.invalid('source', '', 'needs to be unset');
}
