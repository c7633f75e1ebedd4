import type { KubeObject } from '../../api/meta.ts';
import { type ControlContext, type Controller, keyOf } from './controller.ts';
import { syncClaim } from './persistent-volumes/claims.ts';
import { CLAIMS, CLASSES, COMPONENT, claimKey, claimNamesOf, VOLUMES } from './persistent-volumes/names.ts';
import { Provisioner } from './persistent-volumes/provision.ts';
import { syncVolume } from './persistent-volumes/volumes.ts';

/** Binds claims to volumes: one that is kept for them, the smallest that fits, or a new one of the claim's class. */
export function volumeController(context: ControlContext): Controller {
  const { lister } = context;
  const provisioner = new Provisioner(context);
  const openClaims = () =>
    lister
      .list<KubeObject>(CLAIMS)
      .filter((claim) => !claim['spec'].volumeName)
      .map(({ metadata }) => claimKey(metadata));
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
        const claim = reference ? [claimKey(reference)] : openClaims();
        const named = claimsNaming(object.metadata.name!);
        return [...(type === 'DELETED' ? [] : [`volume|${object.metadata.name}`]), ...claim, ...named];
      },
      // A claim waits for its first consumer, and then for that to be scheduled.
      pods: ({ type, object }) =>
        type === 'ADDED' && !object['spec'].nodeName
          ? claimNamesOf(object).map((name) => claimKey({ namespace: object.metadata.namespace!, name }))
          : [],
      [CLASSES]: (event) => (event.type === 'DELETED' ? [] : openClaims()),
    },
    reconcile: async (key) => {
      const [kind, rest] = key.split('|') as [string, string];
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

  function claimsNaming(volume: string): string[] {
    return lister
      .list<KubeObject>(CLAIMS)
      .filter(({ spec }) => spec.volumeName === volume)
      .map(({ metadata }) => claimKey(metadata));
  }
}
