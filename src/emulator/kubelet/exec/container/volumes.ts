import type { KubeObject } from '../../../../api/meta.ts';
import { quantityValue } from '../../../../lib/quantity.ts';
import type { Lister } from '../../../client.ts';
import type { Clock, Timer } from '../../../clock.ts';
import type { ImageTree } from '../../../images/image-files.ts';
import type { ContainerSpec } from '../../../runtime/container.ts';
import type { Fields } from '../../../runtime/fields.ts';
import { Budget } from '../fs/mounts.ts';
import { type DirectoryNode, directory, entriesOf, file, link, type Node, plant } from '../fs/nodes.ts';
import { fieldValue, resourceValue } from './fields.ts';
import { imageFolder } from './image-folder.ts';
import { atPath, type LogText, nodeTree, shareWithNode } from './node-tree.ts';
import { bytesIn, type VolumeFiles } from './volume-files.ts';

/** A token for a pod's service account, as TokenRequest gives it. */
export type IssueToken = (request: {
  namespace: string;
  account: string;
  audience: string | undefined;
  seconds: number;
  pod: KubeObject;
}) => string | undefined;

interface VolumeWorld {
  lister: Lister;
  /** As things were when the container started. */
  atStart: Lister;
  now: () => number;
  issueToken: IssueToken | undefined;
  logText?: LogText | undefined;
  wrote?: (() => void) | undefined;
  /** The files of a real image that is mounted, by its reference. */
  imageFiles: (reference: string) => ImageTree | undefined;
}

const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

/** The most bytes one volume holds: it is memory. */
const VOLUME_BYTES = 64 * 1024 * 1024;

interface Stored {
  root: DirectoryNode;
  budget: Budget;
  /** It is on no disk. */
  isMemory?: boolean;
}

/** So long after a change the contents of a claim are written down (ms). */
const SAVE_MS = 2000;
const CLAIMED = 'volume ';

/** Contents that outlive a container: of a pod's own volumes, of nodes' paths, and of claims, which outlive the process too. */
export class VolumeStore {
  readonly #kept = new Map<string, Stored>();
  readonly #files: VolumeFiles | undefined;
  readonly #clock: Clock | undefined;
  readonly #changed = new Set<string>();
  #saving: Timer | undefined;

  /** @param lasting where claims are kept, and the clock by which they are written down */
  constructor(lasting?: { files: VolumeFiles; clock: Clock }) {
    this.#clock = lasting?.clock;
    this.#files = lasting?.files;
  }

  get(key: string, make: () => Stored): Stored {
    let found = this.#kept.get(key);
    if (!found) {
      found = key.startsWith(CLAIMED) && this.#files ? this.#lasting(key, this.#files, make()) : make();
      this.#kept.set(key, found);
    }
    return found;
  }

  #lasting(key: string, files: VolumeFiles, made: Stored): Stored {
    const root = files.load(key.slice(CLAIMED.length)) ?? made.root;
    const { budget } = made;
    try {
      budget.take(bytesIn(root), '/');
    } catch {
      // What was written once is there, however little room is left: nothing more goes in.
    }
    budget.changed = () => {
      this.#changed.add(key);
      this.#saving ??= this.#clock?.after(SAVE_MS, () => this.save());
    };
    return { root, budget };
  }

  /** Writes down what has changed. */
  save(): void {
    this.#saving?.cancel();
    this.#saving = undefined;
    for (const key of this.#changed) {
      const stored = this.#kept.get(key);
      if (stored) this.#files?.save(key.slice(CLAIMED.length), stored.root);
    }
    this.#changed.clear();
  }

  /** Bytes on the disk of the node, by what follows that beginning of their keys. */
  used(prefix: string): Map<string, number> {
    const found = [...this.#kept].filter(([key, { isMemory }]) => key.startsWith(prefix) && !isMemory);
    return new Map(found.map(([key, { budget }]) => [key.slice(prefix.length), budget.used]));
  }

  /** Drops everything whose key begins so. */
  drop(prefix: string): void {
    for (const [key, { budget }] of this.#kept) {
      if (!key.startsWith(prefix)) continue;
      budget.close();
      this.#kept.delete(key);
      this.#changed.delete(key);
    }
  }

  /** Drops the contents of a volume for good. */
  dropVolume(uid: string): void {
    this.drop(CLAIMED + uid);
    this.#files?.remove(uid);
  }

  /** Removes what volumes left that went while nobody looked. */
  dropAllBut(uids: ReadonlySet<string>): void {
    for (const uid of this.#files?.keys() ?? []) if (!uids.has(uid)) this.#files?.remove(uid);
  }
}

interface Item {
  bytes: Uint8Array;
  mode: number;
}

/** What a volume made of objects holds now; `version` changes whenever one of them does. */
interface Payload {
  version: string;
  files: Map<string, Item>;
}

interface KeyToPath {
  key: string;
  path: string;
  mode?: number;
}

const DEFAULT_MODE = 0o644;

function objectPayload(
  { lister }: VolumeWorld,
  namespace: string,
  resource: 'configmaps' | 'secrets',
  name: string,
  items: KeyToPath[] | undefined,
  defaultMode: number,
): Payload {
  const object = lister.get<KubeObject>(resource, namespace, name);
  const files = new Map<string, Item>();
  if (!object) return { version: '', files };
  const isSecret = resource === 'secrets';
  const all = new Map<string, Uint8Array>(
    Object.entries((object['data'] ?? {}) as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value, isSecret ? 'base64' : 'utf8'),
    ]),
  );
  for (const [key, value] of Object.entries((object['binaryData'] ?? {}) as Record<string, string>))
    all.set(key, Buffer.from(value, 'base64'));
  const wanted: KeyToPath[] = items ?? [...all.keys()].map((key) => ({ key, path: key }));
  for (const { key, path, mode } of wanted) {
    const bytes = all.get(key);
    if (bytes) files.set(path, { bytes, mode: mode ?? defaultMode });
  }
  return { version: object.metadata.resourceVersion ?? '', files };
}

function downwardPayload({ lister }: VolumeWorld, pod: KubeObject, items: Fields[], defaultMode: number): Payload {
  // The pod as it is now: labels may have changed since the container started.
  const now = lister.get<KubeObject>('pods', pod.metadata.namespace, pod.metadata.name!) ?? pod;
  const files = new Map<string, Item>();
  for (const { path, fieldRef, resourceFieldRef, mode } of items) {
    const text = fieldRef
      ? (fieldValue(now, fieldRef.fieldPath) ?? '')
      : resourceValue(lister, now, undefined, resourceFieldRef);
    files.set(path, { bytes: Buffer.from(text), mode: mode ?? defaultMode });
  }
  return { version: `${JSON.stringify([now.metadata.labels, now.metadata.annotations])}`, files };
}

/** A token lives this share of its time before the kubelet takes a new one. */
const TOKEN_SHARE = 0.8;

function payloadMaker(world: VolumeWorld, pod: KubeObject, volume: Fields): (() => Payload) | undefined {
  const namespace = pod.metadata.namespace!;
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap)
    return () =>
      objectPayload(
        world,
        namespace,
        'configmaps',
        configMap.name,
        configMap.items,
        configMap.defaultMode ?? DEFAULT_MODE,
      );
  if (secret)
    return () =>
      objectPayload(world, namespace, 'secrets', secret.secretName, secret.items, secret.defaultMode ?? DEFAULT_MODE);
  if (downwardAPI)
    return () => downwardPayload(world, pod, downwardAPI.items ?? [], downwardAPI.defaultMode ?? DEFAULT_MODE);
  if (!projected) return undefined;
  const mode: number = projected.defaultMode ?? DEFAULT_MODE;
  const tokens = new Map<string, { text: string; until: number }>();
  return () => {
    const parts = (projected.sources ?? []).map((source: Fields): Payload => {
      if (source.configMap)
        return objectPayload(world, namespace, 'configmaps', source.configMap.name, source.configMap.items, mode);
      if (source.secret)
        return objectPayload(world, namespace, 'secrets', source.secret.name, source.secret.items, mode);
      if (source.downwardAPI) return downwardPayload(world, pod, source.downwardAPI.items ?? [], mode);
      const { path, audience, expirationSeconds = 3600 } = source.serviceAccountToken ?? {};
      const files = new Map<string, Item>();
      if (!path || !world.issueToken) return { version: '', files };
      let token = tokens.get(path);
      if (!token || token.until <= world.now()) {
        const account: string = pod['spec'].serviceAccountName ?? 'default';
        const text = world.issueToken({ namespace, account, audience, seconds: expirationSeconds, pod });
        token = text === undefined ? undefined : { text, until: world.now() + expirationSeconds * 1000 * TOKEN_SHARE };
        if (token) tokens.set(path, token);
      }
      if (token)
        files.set(path, {
          bytes: Buffer.from(token.text),
          mode: pod['spec'].securityContext?.fsGroup === undefined ? mode : 0o640,
        });
      return { version: token?.text ?? '', files };
    });
    return {
      version: parts.map((part: Payload) => part.version).join(' '),
      files: new Map(parts.flatMap((part: Payload) => [...part.files])),
    };
  };
}

/** The layout by which the kubelet swaps contents at once: names lead through `..data` to a dated folder. */
function livingFolder(make: () => Payload, world: VolumeWorld, gid: number): DirectoryNode {
  let version: string | undefined;
  let entries = new Map<string, Node>();
  const root = directory(world.now(), 0o777 | 0o1000);
  root.generate = () => {
    const payload = make();
    if (payload.version === version) return entries;
    version = payload.version;
    const now = world.now();
    root.mtime = now;
    const dated = `..${new Date(now)
      .toISOString()
      .slice(0, 19)
      .replace(/[-T:]/g, '_')
      .replace(/^(\d+_\d+_\d+_\d+_\d+_\d+).*/, '$1')}.${String(now % 1000).padStart(3, '0')}000000`;
    const folder = directory(now, 0o755, 0, gid);
    for (const [path, { bytes, mode }] of payload.files) plant(folder, path, file(bytes, now, mode, 0, gid));
    entries = new Map<string, Node>([
      [dated, folder],
      ['..data', link(dated, now)],
    ]);
    for (const name of new Set([...payload.files.keys()].map((path) => path.split('/')[0]!)))
      entries.set(name, link(`..data/${name}`, now));
    return entries;
  };
  return root;
}

export interface MountedVolume {
  path: string;
  root: Node;
  readOnly: boolean;
  source: string;
  type: string;
  budget: Budget;
}

/** The volumes that a container mounts, parents first. */
export function mountsOf(
  world: VolumeWorld,
  store: VolumeStore,
  pod: KubeObject,
  container: ContainerSpec,
  env: ReadonlyMap<string, string>,
): MountedVolume[] {
  const volumes = new Map<string, Fields>(
    ((pod['spec'].volumes ?? []) as Fields[]).map((volume) => [volume.name, volume]),
  );
  const fsGroup: number | undefined = pod['spec'].securityContext?.fsGroup;
  const out: MountedVolume[] = [];
  for (const mount of (container.volumeMounts ?? []) as (Fields & { name: string; mountPath: string })[]) {
    const volume = volumes.get(mount.name);
    if (!volume) continue;
    const sub: string | undefined = mount.subPathExpr
      ? mount.subPathExpr.replace(/\$\(([^)]*)\)/g, (whole: string, name: string) => env.get(name) ?? whole)
      : mount.subPath;
    const maker = payloadMaker(sub ? { ...world, lister: world.atStart } : world, pod, volume);
    const path = mount.mountPath.replace(/(?<=.)\/+$/, '');
    if (maker) {
      const living = livingFolder(maker, world, fsGroup ?? 0);
      const root = sub ? frozen(living, sub, world.now()) : living;
      out.push({
        path,
        root,
        readOnly: true,
        source: volume.secret || volume.projected ? 'tmpfs' : '/dev/vda1',
        type: volume.secret || volume.projected ? 'tmpfs' : 'ext4',
        budget: new Budget(0),
      });
      continue;
    }
    if (volume.image) {
      const tree = world.imageFiles(volume.image.reference);
      const files = tree ? imageFolder(tree) : directory(world.now());
      const root = sub ? atPath(files, sub, world.now()) : files;
      out.push({ path, root, readOnly: true, source: 'overlay', type: 'overlay', budget: new Budget(0) });
      continue;
    }
    const { key, limit, isMemory, hostPath } = storedVolume(world.lister, pod, volume);
    const host = hostPath === undefined ? undefined : nodeOf(world, store, pod['spec'].nodeName);
    const stored =
      volume.hostPath && host
        ? { root: atPath(host.root, hostPath!, world.now()), budget: host.budget }
        : store.get(key, () => ({
            root: directory(world.now(), fsGroup === undefined ? 0o777 : 0o2777, 0, fsGroup ?? 0),
            budget: newBudget(limit, key.startsWith(CLAIMED) || isMemory ? undefined : world.wrote),
            isMemory,
          }));
    if (!volume.hostPath && host && stored.root.type === 'directory')
      shareWithNode(host.root, hostPath!, stored.root, world.now());
    const root = sub && stored.root.type === 'directory' ? atPath(stored.root, sub, world.now()) : stored.root;
    out.push({
      path,
      root,
      readOnly: mount.readOnly === true || volume.persistentVolumeClaim?.readOnly === true,
      source: isMemory ? 'tmpfs' : '/dev/vda1',
      type: isMemory ? 'tmpfs' : 'ext4',
      budget: stored.budget,
    });
  }
  return out.sort((a, b) => a.path.length - b.path.length);
}

function newBudget(limit: number, changed: (() => void) | undefined): Budget {
  const budget = new Budget(limit);
  budget.changed = changed;
  return budget;
}

/** A single file or folder as it is now: what is mounted by subPath does not follow the object. */
function frozen(folder: DirectoryNode, path: string, now: number): Node {
  const entries = entriesOf(folder);
  const data = entries.get('..data');
  let node: Node | undefined = data?.type === 'link' ? entries.get(data.target) : undefined;
  for (const part of path.split('/').filter(Boolean))
    node = node?.type === 'directory' ? entriesOf(node).get(part) : undefined;
  return node ?? directory(now);
}

/** The files of a node: kept as long as it is there. */
const nodeOf = ({ lister, now, logText }: VolumeWorld, store: VolumeStore, node: string): Stored =>
  store.get(`node ${node} `, () => ({
    root: nodeTree({ lister, node, now, logText }),
    budget: new Budget(VOLUME_BYTES),
  }));

function storedVolume(
  lister: Lister,
  pod: KubeObject,
  volume: Fields,
): { key: string; limit: number; isMemory: boolean; hostPath?: string | undefined } {
  const { namespace, uid, name: podName } = pod.metadata;
  const bytesOf = (text: string | undefined) =>
    text === undefined ? VOLUME_BYTES : Math.min(quantityValue(text), VOLUME_BYTES);
  const claimName: string | undefined =
    volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${podName}-${volume.name}` : undefined);
  if (claimName) {
    const claim = lister.get<KubeObject>('persistentvolumeclaims', namespace, claimName);
    const title: string | undefined = claim?.['spec']?.volumeName;
    const bound = title ? lister.get<KubeObject>('persistentvolumes', undefined, title) : undefined;
    return {
      key: `volume ${bound?.metadata.uid ?? claim?.metadata.uid ?? claimName}`,
      limit: bytesOf(claim?.['status']?.capacity?.storage),
      isMemory: false,
      // Those that somebody made by hand are folders of the node with a name that people know.
      hostPath: bound?.metadata.annotations?.[PROVISIONED_BY]
        ? undefined
        : (bound?.['spec'].hostPath?.path ?? bound?.['spec'].local?.path),
    };
  }
  if (volume.hostPath) return { key: '', limit: VOLUME_BYTES, isMemory: false, hostPath: volume.hostPath.path };
  const isMemory = volume.emptyDir?.medium === 'Memory';
  return {
    key: `pod ${uid} ${volume.name}`,
    // On a disk nothing stops who writes more than that: the kubelet notices, and sends the pod away.
    limit: isMemory ? bytesOf(volume.emptyDir.sizeLimit) : VOLUME_BYTES,
    isMemory,
  };
}
