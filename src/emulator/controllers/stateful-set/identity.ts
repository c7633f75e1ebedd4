import type { KubeObject } from '../../../api/meta.ts';
import { REVISION_LABEL } from '../controller-revisions.ts';
import { podFromTemplate } from '../pod-control.ts';

export const COMPONENT = 'statefulset-controller';
export const RESOURCE = 'statefulsets.apps';

export interface StatefulView {
  set: KubeObject;
  pods: KubeObject[];
  updateRevision: string;
  currentRevision: string;
  /** The template of `currentRevision`, for ordinals below the partition. */
  currentTemplate: KubeObject;
  collisionCount: number;
}

/** The ordinal in the pod's name; undefined when the name is not of this set. */
export function ordinalOf(set: KubeObject, pod: KubeObject): number | undefined {
  const name = pod.metadata.name!;
  const prefix = `${set.metadata.name}-`;
  const tail = name.slice(prefix.length);
  return name.startsWith(prefix) && /^\d+$/.test(tail) ? Number(tail) : undefined;
}

export const firstOrdinal = (set: KubeObject): number => set['spec'].ordinals?.start ?? 0;

/** The template kept in a ControllerRevision. */
export function templateFrom(revision: KubeObject): KubeObject {
  const { $patch: _patch, ...template } = revision['data'].spec.template;
  return template;
}

export const claimName = (set: KubeObject, template: KubeObject, ordinal: number): string =>
  `${template.metadata.name}-${set.metadata.name}-${ordinal}`;

const identityLabels = (name: string, ordinal: number): Record<string, string> => ({
  'statefulset.kubernetes.io/pod-name': name,
  'apps.kubernetes.io/pod-index': String(ordinal),
});

/** The name label is what Services of single pods select by; an adopted pod may lack it. */
export const hasIdentity = (pod: KubeObject): boolean =>
  pod.metadata.labels?.['statefulset.kubernetes.io/pod-name'] === pod.metadata.name;

export function withIdentity(set: KubeObject, pod: KubeObject): KubeObject {
  const labels = { ...pod.metadata.labels, ...identityLabels(pod.metadata.name!, ordinalOf(set, pod)!) };
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

/** The pod with its stable name, its claims as volumes, and the revision it is of. */
export function statefulPod(view: StatefulView, ordinal: number): KubeObject {
  const { set } = view;
  const name = `${set.metadata.name}-${ordinal}`;
  // Below the partition, pods come back as they were.
  const partition = set['spec'].updateStrategy?.rollingUpdate?.partition ?? 0;
  const isOld = set['spec'].updateStrategy?.type !== 'OnDelete' && ordinal < firstOrdinal(set) + partition;
  const template = isOld ? view.currentTemplate : set['spec'].template;
  const claims: KubeObject[] = set['spec'].volumeClaimTemplates ?? [];
  const claimed = new Set(claims.map((claim) => claim.metadata.name));
  const volumes = [
    ...claims.map((claim) => ({
      name: claim.metadata.name,
      persistentVolumeClaim: { claimName: claimName(set, claim, ordinal) },
    })),
    ...(template['spec'].volumes ?? []).filter((volume: { name: string }) => !claimed.has(volume.name)),
  ];
  return podFromTemplate(set, template as never, {
    name,
    labels: {
      ...identityLabels(name, ordinal),
      [REVISION_LABEL]: isOld ? view.currentRevision : view.updateRevision,
    },
    spec: {
      hostname: name,
      ...(set['spec'].serviceName ? { subdomain: set['spec'].serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  });
}
