import type { KubeObject } from '../../api/meta.ts';
import { type ControlContext, type Controller, keyOf } from './controller.ts';
import { syncClaim } from './persistent-volumes/claims.ts';
import { CLAIMS, COMPONENT, claimKey, VOLUMES } from './persistent-volumes/names.ts';
import { Provisioner } from './persistent-volumes/provision.ts';
import { recycledBy, repeat } from './persistent-volumes/recycle.ts';
import { syncVolume } from './persistent-volumes/volumes.ts';

/** Binds claims to volumes: one that is kept for them, the smallest that fits, or a new one of the claim's class. */
export function volumeController(context: ControlContext): Controller {
  const { lister } = context;
  const provisioner = new Provisioner(context);
  return {
    name: COMPONENT,
    watches: {
      [CLAIMS]: ({ type, object }) => {
        if (type === 'DELETED') provisioner.forget(keyOf(object));
        const own = volumesFor(object).map((name) => `volume|${name}`);
        return [claimKey(object.metadata), ...own];
      },
      [VOLUMES]: ({ object, type }) => {
        const reference = object['spec'].claimRef;
        if (type === 'DELETED') return reference ? [claimKey(reference)] : [];
        const claim = reference?.uid && lister.get<KubeObject>(CLAIMS, reference.namespace, reference.name);
        // Who was bound halfway goes on; what merely became free is found when all are looked at again.
        const halfway = claim && claim.metadata.uid === reference.uid && !claim['spec'].volumeName;
        return [`volume|${object.metadata.name}`, ...(halfway ? [claimKey(reference)] : [])];
      },
      pods: ({ type, object: { metadata } }) => {
        const volume = type === 'DELETED' ? undefined : recycledBy(metadata);
        return volume ? [`volume|${volume}`] : [];
      },
      events: ({ type, object }) =>
        type === 'ADDED' && recycledBy(object['involvedObject']) ? [`said|${object.metadata.name}`] : [],
    },
    reconcile: async (key) => {
      const [kind, rest] = key.split('|') as [string, string];
      if (kind === 'said') return repeat(context, rest);
      return kind === 'claim' ? syncClaim(context, provisioner, rest) : syncVolume(context, rest);
    },
  };

  /** Those that the claim names, and those that are kept for it. */
  function volumesFor({ metadata, spec }: KubeObject): string[] {
    const kept = lister
      .list<KubeObject>(VOLUMES)
      .filter((volume) => volume['spec'].claimRef?.uid === metadata.uid)
      .map((volume) => volume.metadata.name!);
    return [...new Set([...(spec.volumeName ? [spec.volumeName as string] : []), ...kept])];
  }
}
