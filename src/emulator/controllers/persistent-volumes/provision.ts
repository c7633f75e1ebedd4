import type { KubeObject } from '../../../api/meta.ts';
import { classOf, SELECTED_NODE } from '../../../api/scheduling/claims.ts';
import { isApiError } from '../../../api/status.ts';
import { type ControlContext, keyOf } from '../controller.ts';
import type { Again } from '../work-queue.ts';
import { PROVISIONED_BY, PROVISIONER, VOLUMES } from './names.ts';

/** To make a folder and its mount takes a helper pod of a local provisioner about so long. */
const MAKING_MS = 2000;

/** What the cluster's own provisioner has begun to make; its volumes are folders of one node, as those of kind's are. */
export class Provisioner {
  readonly #context: ControlContext;
  readonly #readyAt = new Map<string, number>();

  constructor(context: ControlContext) {
    this.#context = context;
  }

  isAtWork(key: string): boolean {
    return this.#readyAt.has(key);
  }

  forget(key: string): void {
    this.#readyAt.delete(key);
  }

  /** @returns when to look again */
  async make(claim: KubeObject, storageClass: KubeObject): Promise<Again> {
    const { clock } = this.#context;
    const key = keyOf(claim);
    const readyAt = this.#readyAt.get(key);
    if (readyAt === undefined) {
      this.#say(claim, 'Provisioning', `External provisioner is provisioning volume for claim "${key}"`);
      this.#readyAt.set(key, clock.now() + MAKING_MS);
      return MAKING_MS;
    }
    if (readyAt > clock.now()) return readyAt - clock.now();
    const volume = this.#volumeFor(claim, storageClass);
    try {
      await this.#context.client.create(VOLUMES, volume);
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error;
    }
    this.#readyAt.delete(key);
    this.#say(claim, 'ProvisioningSucceeded', `Successfully provisioned volume ${volume.metadata.name}`);
    return undefined;
  }

  #say(claim: KubeObject, reason: string, message: string): void {
    this.#context.recorder.record(claim, { type: 'Normal', reason, message, component: PROVISIONER });
  }

  #volumeFor(claim: KubeObject, storageClass: KubeObject): KubeObject {
    const { namespace, name: claimName, uid, resourceVersion, annotations } = claim.metadata;
    const name = `pvc-${uid}`;
    const node = annotations?.[SELECTED_NODE];
    const hostname =
      node &&
      (this.#context.lister.get<KubeObject>('nodes', undefined, node)?.metadata.labels?.['kubernetes.io/hostname'] ??
        node);
    const expression = { key: 'kubernetes.io/hostname', operator: 'In', values: [hostname] };
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { [PROVISIONED_BY]: PROVISIONER } },
      spec: {
        capacity: { storage: claim['spec'].resources.requests.storage },
        accessModes: claim['spec'].accessModes,
        persistentVolumeReclaimPolicy: storageClass['reclaimPolicy'] ?? 'Delete',
        ...(storageClass['mountOptions'] ? { mountOptions: storageClass['mountOptions'] } : {}),
        storageClassName: classOf(claim),
        volumeMode: claim['spec'].volumeMode ?? 'Filesystem',
        claimRef: { kind: 'PersistentVolumeClaim', namespace, name: claimName, uid, apiVersion: 'v1', resourceVersion },
        hostPath: { path: `/var/lib/kctl/volumes/${name}`, type: 'DirectoryOrCreate' },
        ...(hostname
          ? { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } } }
          : {}),
      },
    };
  }
}
