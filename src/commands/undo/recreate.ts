import { ownFields } from '../../api/changes/own-fields.ts';
import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { someOf } from '../preview/finding.ts';

/** What a kind needs to be made again, and what making it again does not bring back. */
interface Recreation {
  /** Takes out what belonged to the object that is gone. */
  prepare?(object: KubeObject): void;
  note?(object: KubeObject): string | undefined;
}

/** Set by the server while an object goes. */
const goingFinalizers: ReadonlySet<string> = new Set(['foregroundDeletion', 'orphan']);

/** By kind, for those of Kubernetes' own groups. */
const recreations: Readonly<Record<string, Recreation>> = {
  Pod: {
    // Where it runs is the scheduler's business again.
    prepare: (pod) => drop(pod['spec'], ['nodeName']),
    note: () => 'a new pod: what the old one had in its containers and emptyDir volumes is gone',
  },
  PersistentVolumeClaim: {
    prepare: (claim) => drop(claim['spec'], ['volumeName']),
    note: ({ spec }) =>
      `an empty claim: the data of ${spec?.volumeName ? `volume ${spec.volumeName}` : 'its volume'} is not brought back`,
  },
  PersistentVolume: {
    prepare: ({ spec }) => drop(spec?.claimRef, ['uid', 'resourceVersion']),
  },
  Job: {
    prepare(job) {
      if (job['spec']?.manualSelector !== true) drop(job['spec'], ['selector']);
      for (const labels of [job.metadata.labels, job['spec']?.template?.metadata?.labels]) {
        drop(labels, [
          'controller-uid',
          'batch.kubernetes.io/controller-uid',
          'job-name',
          'batch.kubernetes.io/job-name',
        ]);
      }
    },
    note: () => 'it runs again from its beginning',
  },
  Deployment: { note: () => 'its replica sets and pods are made again; older revisions are gone' },
  ReplicaSet: { note: () => 'its pods are made again' },
  StatefulSet: { note: () => 'its pods are made again, with the claims that are still there' },
  DaemonSet: { note: () => 'its pods are made again' },
  CronJob: { note: () => 'the jobs it had made are gone' },
  CustomResourceDefinition: { note: () => 'the objects of its type are gone with it and not in the journal' },
  Service: {},
  ConfigMap: {},
  Secret: {
    note: ({ type }) => (type === 'kubernetes.io/service-account-token' ? 'its token is a new one' : undefined),
  },
};

const unknownKind: Recreation = {};

/** Kinds that own nothing that would go with them. */
const groupsOfOwn =
  /^(v1|(apps|batch|autoscaling|policy|networking\.k8s\.io|rbac\.authorization\.k8s\.io|storage\.k8s\.io|scheduling\.k8s\.io|coordination\.k8s\.io|apiextensions\.k8s\.io|admissionregistration\.k8s\.io)\/\w+)$/;

function recreationOf({ apiVersion, kind }: KubeObject): Recreation {
  if (!groupsOfOwn.test(apiVersion)) return unknownKind;
  return Object.hasOwn(recreations, kind) ? recreations[kind]! : {};
}

/**
 * What has to be known before an object is made again; undefined where it is as it was.
 * @param dependents what it owned, where that is known
 */
export function recreationNote(object: KubeObject, dependents: readonly string[] = []): string | undefined {
  if (dependents.length === 0) return recreationOf(object).note?.(object);
  return `gone with it and not in the journal, unless its controller makes them again: ${someOf(dependents, 8)}`;
}

/**
 * The object as it is created again: without what the server had set, its owners under the uids they have now.
 * @param uidNow the uid that an owner has now, by the one it had
 */
export function recreated(object: KubeObject, uidNow: (uid: string) => string): KubeObject {
  const again = structuredClone(ownFields(object, undefined));
  const { finalizers, ownerReferences } = again.metadata;
  if (finalizers) again.metadata.finalizers = finalizers.filter((name) => !goingFinalizers.has(name));
  if (ownerReferences) {
    again.metadata.ownerReferences = ownerReferences.map((owner: OwnerReference) => ({
      ...owner,
      uid: uidNow(owner.uid),
    }));
  }
  recreationOf(object).prepare?.(again);
  return again;
}

function drop(fields: Record<string, unknown> | undefined, names: readonly string[]): void {
  for (const name of names) delete fields?.[name];
}
