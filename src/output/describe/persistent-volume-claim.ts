import type { KubeObject } from '../../api/meta.ts';
import type { DescribeContext } from './fetch.ts';
import { events, layout } from './layout.ts';
import { writeAnnotations, writeMap } from './maps.ts';
import type { DescribeText } from './text.ts';
import { terminatingText, timeText } from './time.ts';
import { accessModesText, amountText, sliceText } from './values.ts';

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** The storage class, which an annotation of old has the first word about. */
export function claimClass({ metadata, spec }: KubeObject): string {
  return metadata?.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? '';
}

export const describePersistentVolumeClaim = layout(
  (out, claim, { nowMs }) => writeClaim(out, claim, nowMs),
  async (out, claim, { fetch }) => {
    const users = usersOf(claim, await fetch.list('pods', { namespace: claim.metadata.namespace ?? '' }));
    out.list('Used By', users);
  },
  (out, { status }) => writeConditions(out, status?.conditions ?? []),
  events,
);

/** The claim that an ephemeral volume makes: what only a claim that exists has is left out. */
export function writeClaimTemplate(out: DescribeText, template: KubeObject): void {
  writeClaim(out, { ...template, metadata: template.metadata ?? {} }, undefined);
}

/** @param nowMs undefined for a template */
function writeClaim(out: DescribeText, claim: KubeObject, nowMs: DescribeContext['nowMs'] | undefined): void {
  const { metadata, spec = {}, status = {} } = claim;
  if (nowMs !== undefined) {
    out.field(0, 'Name', metadata.name);
    out.field(0, 'Namespace', metadata.namespace);
  }
  out.field(0, 'StorageClass', claimClass(claim));
  if (nowMs !== undefined) {
    const ending = metadata.deletionTimestamp;
    out.field(0, 'Status', ending ? terminatingText(ending, nowMs) : status.phase);
  }
  out.field(0, 'Volume', spec.volumeName);
  writeMap(out, 'Labels', metadata.labels);
  writeAnnotations(out, metadata.annotations);
  if (nowMs !== undefined) out.field(0, 'Finalizers', sliceText(metadata.finalizers));
  const isBound = Boolean(spec.volumeName);
  out.field(0, 'Capacity', isBound ? amountText(status.capacity?.storage) : '');
  out.field(0, 'Access Modes', isBound ? accessModesText(status.accessModes) : '');
  if (spec.volumeMode) out.field(0, 'VolumeMode', spec.volumeMode);
  if (!spec.dataSource) return;
  out.line(0, 'DataSource:');
  if (spec.dataSource.apiGroup !== undefined) out.field(1, 'APIGroup', spec.dataSource.apiGroup);
  out.field(1, 'Kind', spec.dataSource.kind);
  out.field(1, 'Name', spec.dataSource.name);
}

/** Pods that mount the claim, and the pod that it was made for. */
function usersOf({ metadata }: KubeObject, pods: readonly KubeObject[]): string[] {
  const names: string[] = [];
  const seen = new Set<string | undefined>();
  for (const pod of pods) {
    const volumes: { persistentVolumeClaim?: { claimName?: string } }[] = pod.spec?.volumes ?? [];
    for (const { persistentVolumeClaim } of volumes) {
      if (persistentVolumeClaim?.claimName !== metadata.name) continue;
      names.push(pod.metadata.name ?? '');
      seen.add(pod.metadata.uid);
    }
  }
  for (const { kind, uid } of metadata.ownerReferences ?? []) {
    const owner = kind === 'Pod' && !seen.has(uid) ? pods.find((pod) => pod.metadata.uid === uid) : undefined;
    if (!owner) continue;
    names.push(owner.metadata.name ?? '');
    seen.add(uid);
  }
  return names.sort();
}

type Condition = Record<string, string | undefined>;

function writeConditions(out: DescribeText, conditions: readonly Condition[]): void {
  if (conditions.length === 0) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage');
  // The second rule is longer than its title.
  out.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
  for (const { type, status, lastProbeTime, lastTransitionTime, reason = '', message = '' } of conditions) {
    const times = `${timeText(lastProbeTime)} \t${timeText(lastTransitionTime)} `;
    out.line(1, `${type} \t${status} \t${times}\t${reason} \t${message}`);
  }
}
