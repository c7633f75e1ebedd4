import type { KubeObject } from '../../api/meta.ts';
import { selectorOf, selectorOfMap } from '../../lib/label-selector.ts';
import { isReady } from '../why/pod-facts.ts';
import { finalizerFindings } from './finalizers.ts';
import { type Finding, someOf } from './finding.ts';
import type { Outcome, Selected } from './going.ts';
import type { Surroundings } from './surroundings.ts';

export interface DeletionScene extends Surroundings, Outcome {
  selected: readonly Selected[];
}

/** What has to be known of a deletion beyond the list of what goes. */
export function deleteFindings(scene: DeletionScene): Finding[] {
  return rules.flatMap((rule) => rule(scene));
}

const rules: readonly ((scene: DeletionScene) => Finding[])[] = [
  volumesThatGo,
  volumesDeletedThemselves,
  claimsWithoutUsers,
  servicesLeftEmpty,
  objectsMadeAgain,
  barePods,
  budgetsPassedOver,
  ({ selected, pods, going }) => finalizerFindings(selected, going, pods),
];

const fullName = ({ metadata }: Pick<KubeObject, 'metadata'>): string =>
  metadata.namespace === undefined ? `${metadata.name}` : `${metadata.namespace}/${metadata.name}`;

const isGoing = ({ metadata }: Pick<KubeObject, 'metadata'>, { going }: Outcome): boolean =>
  going.has(metadata.uid ?? '');

const hasEnded = ({ status }: KubeObject): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** What becomes of the data of claims that go: the volume's reclaim policy says it. */
function volumesThatGo(scene: DeletionScene): Finding[] {
  const byName = new Map(scene.volumes.map((volume) => [volume.metadata.name, volume]));
  return scene.claims
    .filter((claim) => isGoing(claim, scene))
    .map((claim): Finding => {
      const { volumeName } = claim['spec'];
      if (!volumeName) return { level: 'note', text: `claim ${fullName(claim)} has no volume yet` };
      const volume = byName.get(volumeName);
      const size = claim['status']?.capacity?.storage;
      const data = `claim ${fullName(claim)}${size ? ` (${size})` : ''}`;
      if (!volume) return { level: 'warn', text: `${data}: what becomes of volume ${volumeName} cannot be seen` };
      return volume['spec'].persistentVolumeReclaimPolicy === 'Delete'
        ? {
            level: 'lost',
            text: `${data}: its data is lost, volume ${volumeName} is deleted with it (reclaim policy Delete)`,
          }
        : {
            level: 'note',
            text: `${data}: its data stays in volume ${volumeName} (reclaim policy ${volume['spec'].persistentVolumeReclaimPolicy})`,
          };
    });
}

/** A volume that is deleted under a claim waits for the claim. */
function volumesDeletedThemselves(scene: DeletionScene): Finding[] {
  return scene.volumes
    .filter((volume) => isGoing(volume, scene) && volume['spec'].claimRef)
    .map(({ metadata, spec }) => ({
      level: 'warn',
      text: `volume ${metadata.name} is bound to claim ${spec.claimRef.namespace}/${spec.claimRef.name}: it goes once that is gone`,
    }));
}

/** Claims that stay, and lose the last pod that uses them. */
function claimsWithoutUsers(scene: DeletionScene): Finding[] {
  const users = new Map<string, KubeObject[]>();
  for (const pod of scene.pods) {
    for (const { persistentVolumeClaim } of pod['spec'].volumes ?? []) {
      const name: string | undefined = persistentVolumeClaim?.claimName;
      if (name === undefined) continue;
      const key = `${pod.metadata.namespace}/${name}`;
      users.set(key, [...(users.get(key) ?? []), pod]);
    }
  }
  const lonely = scene.claims.filter((claim) => {
    const pods = users.get(fullName(claim)) ?? [];
    return (
      !isGoing(claim, scene) && pods.length > 0 && pods.every((pod) => isGoing(pod, scene) && !comesBack(pod, scene))
    );
  });
  return lonely.map((claim) => ({
    level: 'note',
    text: `claim ${fullName(claim)} stays, with its data, and nobody uses it any more`,
  }));
}

/** True where a controller that stays makes another. */
function comesBack({ metadata }: Pick<KubeObject, 'metadata'>, { going }: Outcome): boolean {
  const controller = metadata.ownerReferences?.find((owner) => owner.controller);
  return controller !== undefined && !going.has(controller.uid);
}

function servicesLeftEmpty(scene: DeletionScene): Finding[] {
  return scene.services.flatMap((service): Finding[] => {
    const wanted: Record<string, string> = service['spec'].selector ?? {};
    if (Object.keys(wanted).length === 0 || isGoing(service, scene)) return [];
    const selector = selectorOfMap(wanted);
    const { namespace } = service.metadata;
    const ready = scene.pods.filter(
      (pod) => pod.metadata.namespace === namespace && selector.matches(pod.metadata.labels) && isReady(pod),
    );
    const leaving = ready.filter((pod) => isGoing(pod, scene));
    if (leaving.length === 0 || leaving.length < ready.length) return [];
    const until = leaving.some((pod) => comesBack(pod, scene)) ? ', until new pods are ready' : '';
    return [
      {
        level: 'warn',
        text: `service ${fullName(service)} loses its last ${leaving.length === 1 ? 'endpoint' : `${leaving.length} endpoints`}${until}`,
      },
    ];
  });
}

/** Deleting what a controller keeps is a restart, not an end. */
function objectsMadeAgain(scene: DeletionScene): Finding[] {
  // A job makes no other pod in place of one that is done.
  const again = scene.selected.filter((one) => comesBack(one, scene) && !hasEnded(one.object));
  const byController = Map.groupBy(again, ({ metadata }) => {
    const { kind, name } = metadata.ownerReferences!.find((owner) => owner.controller)!;
    return `${kind.toLowerCase()}/${name}`;
  });
  return [...byController].map(([controller, objects]) => ({
    level: 'note',
    text: `${someOf(objects.map(({ resource, metadata }) => `${resource.singular}/${metadata.name}`))} will be made again: ${controller} stays`,
  }));
}

function barePods(scene: DeletionScene): Finding[] {
  const bare = scene.selected.filter(
    ({ object }) =>
      object.kind === 'Pod' &&
      !hasEnded(object) &&
      !object.metadata.ownerReferences?.some(({ controller }) => controller),
  );
  if (bare.length === 0) return [];
  return [
    { level: 'warn', text: `no controller brings back ${someOf(bare.map(({ metadata }) => `pod/${metadata.name}`))}` },
  ];
}

/** A deletion does not ask disruption budgets, which eviction does. */
function budgetsPassedOver(scene: DeletionScene): Finding[] {
  return scene.budgets.flatMap((budget): Finding[] => {
    if (isGoing(budget, scene) || !budget['spec'].selector) return [];
    const selector = selectorOf(budget['spec'].selector);
    const leaving = scene.pods.filter(
      (pod) =>
        pod.metadata.namespace === budget.metadata.namespace &&
        selector.matches(pod.metadata.labels) &&
        isGoing(pod, scene) &&
        isReady(pod),
    );
    const {
      disruptionsAllowed: room = 0,
      currentHealthy: healthy = 0,
      desiredHealthy: wanted = 0,
    } = budget['status'] ?? {};
    if (leaving.length <= room) return [];
    return [
      {
        level: 'warn',
        text: `budget ${fullName(budget)} has room for ${room} (${healthy} of at least ${wanted} are healthy), ${leaving.length} go: a deletion does not ask it`,
      },
    ];
  });
}
