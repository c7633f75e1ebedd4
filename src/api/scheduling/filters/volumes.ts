import type { KubeObject } from '../../meta.ts';
import { claimsOf, isBound, type MountedClaim, waitsForNode } from '../claims.ts';
import { shift } from '../node-info.ts';
import type { FilterPlugin, Prepared } from '../plan.ts';
import type { Rejection } from '../rejection.ts';
import { VOLUMES } from '../source.ts';
import { isReachable, planVolumes } from '../volume-match.ts';

const final = (plugin: string, ...reasons: string[]): Rejection => ({ plugin, reasons, resolvable: false });

const BINDING = 'VolumeBinding';
const missing = final(BINDING, "node(s) didn't find available persistent volumes to bind");
const unreachable = final(BINDING, "node(s) didn't match PersistentVolume's node affinity");
const noSpace = final(BINDING, 'node(s) did not have enough free storage');
const lost = final(BINDING, 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');

function claimProblem({ name, isEphemeral, claim }: MountedClaim): string | undefined {
  if (!claim) {
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : `persistentvolumeclaim "${name}" not found`;
  }
  if (claim['status']?.phase === 'Lost')
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim['spec'].volumeName}"`;
  return claim.metadata.deletionTimestamp ? `persistentvolumeclaim "${name}" is being deleted` : undefined;
}

export const volumeBinding: FilterPlugin = {
  name: BINDING,
  prepare({ pod, source }): Prepared | undefined {
    const mounted = claimsOf(pod, source);
    if (mounted.length === 0) return undefined;
    for (const one of mounted) {
      const problem = claimProblem(one);
      if (problem) return { refusal: final(BINDING, problem) };
    }
    const claims = mounted.map(({ claim }) => claim!);
    const bound = claims.filter(isBound);
    const open = claims.filter((claim) => !isBound(claim));
    if (open.some((claim) => !waitsForNode(claim, source)))
      return { refusal: final(BINDING, 'pod has unbound immediate PersistentVolumeClaims') };
    const volumes = bound.map((claim) => source.get(VOLUMES, undefined, claim['spec'].volumeName));
    return {
      check({ node }) {
        const found: Rejection[] = [];
        for (const volume of volumes) {
          const problem = !volume ? lost : isReachable(volume, node) ? undefined : unreachable;
          if (!problem) continue;
          found.push(problem);
          break;
        }
        const plan = open.length > 0 ? planVolumes(open, node, source) : undefined;
        if (plan === 'no-volume') found.unshift(missing);
        if (plan === 'no-space') found.unshift(noSpace);
        return found.length > 1 ? final(BINDING, ...found.flatMap(({ reasons }) => reasons)) : found[0];
      },
    };
  },
};

const ZONE_LABELS: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'topology.kubernetes.io/region',
};
const unzoned = final('VolumeZone', 'node(s) had no available volume zone');

/** Volumes that carry a zone in a label, as old cloud providers wrote it. */
export const volumeZone: FilterPlugin = {
  name: 'VolumeZone',
  prepare({ pod, source }) {
    const wanted: { key: string; values: readonly string[] }[] = [];
    for (const { claim } of claimsOf(pod, source)) {
      const name: string | undefined = claim?.['spec'].volumeName;
      if (!name) continue;
      const volume = source.get(VOLUMES, undefined, name);
      if (!volume) return { refusal: final('VolumeZone', `persistentvolume "${name}" not found`) };
      for (const key of Object.keys(ZONE_LABELS)) {
        const value = volume.metadata.labels?.[key];
        if (value !== undefined) wanted.push({ key, values: value.split('__') });
      }
    }
    if (wanted.length === 0) return undefined;
    return {
      check({ node }) {
        const labels = node.metadata.labels ?? {};
        if (!Object.keys(ZONE_LABELS).some((key) => key in labels)) return undefined;
        const fits = wanted.every(({ key, values }) => values.includes(labels[key] ?? labels[ZONE_LABELS[key]!] ?? ''));
        return fits ? undefined : unzoned;
      },
    };
  },
};

interface Disk {
  gcePersistentDisk?: { pdName: string; readOnly?: boolean };
  awsElasticBlockStore?: { volumeID: string };
  iscsi?: { iqn: string; readOnly?: boolean };
  rbd?: { monitors: string[]; pool?: string; image: string; readOnly?: boolean };
}

/** May the two not be mounted on one node? */
function isConflict(a: Disk, b: Disk): boolean {
  const writes = (one: { readOnly?: boolean }, other: { readOnly?: boolean }) => !(one.readOnly && other.readOnly);
  const [gce, gce2, rbd, rbd2] = [a.gcePersistentDisk, b.gcePersistentDisk, a.rbd, b.rbd];
  if (gce && gce2 && gce.pdName === gce2.pdName && writes(gce, gce2)) return true;
  if (a.awsElasticBlockStore && a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore?.volumeID) return true;
  if (a.iscsi && b.iscsi && a.iscsi.iqn === b.iscsi.iqn && writes(a.iscsi, b.iscsi)) return true;
  return Boolean(
    rbd &&
      rbd2 &&
      rbd.pool === rbd2.pool &&
      rbd.image === rbd2.image &&
      rbd.monitors.some((monitor) => rbd2.monitors.includes(monitor)) &&
      writes(rbd, rbd2),
  );
}

const isDisk = (volume: Disk): boolean =>
  Boolean(volume.gcePersistentDisk || volume.awsElasticBlockStore || volume.iscsi || volume.rbd);

const inUse: Rejection = {
  plugin: 'VolumeRestrictions',
  reasons: [
    'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  ],
  resolvable: true,
};
const diskTaken: Rejection = {
  plugin: 'VolumeRestrictions',
  reasons: ['node(s) had no available disk'],
  resolvable: true,
};

const mounts = (pod: KubeObject, claims: ReadonlySet<string>): boolean =>
  (pod['spec'].volumes ?? []).some(({ persistentVolumeClaim }: { persistentVolumeClaim?: { claimName: string } }) =>
    claims.has(persistentVolumeClaim?.claimName ?? ''),
  );

export const volumeRestrictions: FilterPlugin = {
  name: 'VolumeRestrictions',
  prepare({ pod, state, source }) {
    const own = claimsOf(pod, source).filter(({ isEphemeral }) => !isEphemeral);
    const absent = own.find(({ claim }) => !claim);
    if (absent) return { refusal: final('VolumeRestrictions', `persistentvolumeclaim "${absent.name}" not found`) };
    const { namespace } = pod.metadata;
    const single = new Set(
      own.flatMap(({ name, claim }) => (claim!['spec'].accessModes?.includes('ReadWriteOncePod') ? [name] : [])),
    );
    const taken = [...single].filter((name) => state.usersOfClaim(namespace!, name)?.size).length;
    const disks = ((pod['spec'].volumes ?? []) as Disk[]).filter(isDisk);
    if (taken === 0 && disks.length === 0) return undefined;
    return {
      check(info, delta) {
        for (const disk of disks)
          for (const placed of info.pods())
            if ((placed.pod['spec'].volumes ?? []).some((other: Disk) => isConflict(disk, other))) return diskTaken;
        const users = taken + shift(delta, (placed) => placed.namespace === namespace && mounts(placed.pod, single));
        return users > 0 ? inUse : undefined;
      },
    };
  },
};
