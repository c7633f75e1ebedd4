import type { ImageFacts } from '../../../../api/image-facts.ts';
import type { KubeObject } from '../../../../api/meta.ts';
import type { Lister } from '../../../client.ts';
import type { Clock } from '../../../clock.ts';
import type { ImageFiles, ImageTree } from '../../../images/image-files.ts';
import type { PageOf } from '../../../network/responders.ts';
import type { ContainerSpec } from '../../../runtime/container.ts';
import { imageName } from '../../../runtime/image-name.ts';
import { listerAtStart, type StartFacts } from '../../start-facts.ts';
import { accounts } from '../commands/names.ts';
import { type Credentials, Files } from '../fs/files.ts';
import { Budget, MountTable } from '../fs/mounts.ts';
import { type DirectoryNode, directory, liveFile } from '../fs/nodes.ts';
import { type ApiAccess, podNetwork } from '../network/pod-network.ts';
import type { Host } from '../process/process.ts';
import { Killed } from '../process/signals.ts';
import { commandOf, environmentOf } from './environment.ts';
import { newHost } from './host.ts';
import { type ImageShape, mainProcesses, shapeOf, shapeWithFiles } from './images.ts';
import type { LogText } from './node-tree.ts';
import { proc } from './proc.ts';
import { devices, ensureFolder, imageRoot, rootTree } from './root.ts';
import { type IssueToken, mountsOf, type VolumeStore } from './volumes.ts';

export interface ContainerWorld {
  lister: Lister;
  clock: Clock;
  random: () => number;
  volumes: VolumeStore;
  issueToken: IssueToken | undefined;
  api: (() => ApiAccess | undefined) | undefined;
  pageOf?: PageOf | undefined;
  logText?: LogText | undefined;
  pagesReady?: ((pod: KubeObject) => Promise<void> | undefined) | undefined;
  imageOf?: ImageOf | undefined;
  /** Those that are at hand; of others no files are seen. */
  imageFiles?: Pick<ImageFiles, 'take'> | undefined;
  /** Something was written to the disk of the node. */
  wrote?: (() => void) | undefined;
}

/** What the node has as the image of a container, or by the reference of a volume. */
export type ImageOf = (pod: KubeObject, of: ContainerSpec | string) => ImageFacts | undefined;

/** What one container may keep of what is written into it: it is memory. */
const LAYER_BYTES = 64 * 1024 * 1024;

/** One run of a container: file system, environment and processes; gone with it. */
export interface ContainerInstance {
  host: Host;
  shape: ImageShape;
  env: ReadonlyMap<string, string>;
  /** The command line of the main process as the spec gives it; empty where the image's own runs. */
  argv: readonly string[];
  /** Bytes of what was written to its own layer. */
  written(): number;
  /** For a process that starts now. */
  files(): Files;
  /** Aborted when the container ends. */
  ended: AbortSignal;
  end(): void;
}

interface Security {
  runAsUser?: number;
  runAsGroup?: number;
  readOnlyRootFilesystem?: boolean;
  supplementalGroups?: number[];
  fsGroup?: number;
}

export function newContainerInstance(
  world: ContainerWorld,
  pod: KubeObject,
  container: ContainerSpec & { securityContext?: Security; workingDir?: string; tty?: boolean },
  { startedAt, facts }: { startedAt: number; facts?: StartFacts | undefined },
  endMain: (signal: number) => void,
): ContainerInstance {
  const { lister, clock } = world;
  const podSecurity: Security = pod['spec'].securityContext ?? {};
  const security = container.securityContext ?? {};
  const trees: ImageTree[] = [];
  const filesOf = (of: ContainerSpec | string): ImageTree | undefined => {
    const image = world.imageOf?.(pod, of);
    const tree = image && world.imageFiles?.take(image);
    if (tree) trees.push(tree);
    return tree;
  };
  const run = world.imageOf?.(pod, container)?.run;
  const ownFiles = filesOf(container);
  const named = shapeOf(container.image, run);
  const shape = ownFiles ? shapeWithFiles(named, ownFiles) : named;
  const hostname: string = pod['spec'].hostNetwork
    ? pod['spec'].nodeName
    : (pod['spec'].hostname ?? pod.metadata.name!).slice(0, 63);
  const budgets: Budget[] = [];
  /** For what goes with the container. */
  const ownBudget = (): Budget => {
    const budget = new Budget(LAYER_BYTES);
    budgets.push(budget);
    return budget;
  };
  const layer = ownBudget();
  layer.changed = world.wrote;
  const root = ownFiles
    ? imageRoot(shape, ownFiles, startedAt)
    : rootTree(shape, imageName(container.image), startedAt);
  const mounts = new MountTable({
    path: '/',
    root,
    readOnly: security.readOnlyRootFilesystem === true,
    source: 'overlay',
    type: 'overlay',
    budget: layer,
  });
  const ended = new AbortController();
  const asRoot = new Files(mounts, { uid: 0, gid: 0, groups: [] }, '/', () => clock.now());
  const [userName, groupName] = run?.user.split(':') ?? [];
  const user = accounts(asRoot, '/etc/passwd').find(([name]) => name === userName);
  const group = groupName ? accounts(asRoot, '/etc/group').find(([name]) => name === groupName)?.[2] : user?.[3];
  const who: Credentials = {
    uid: security.runAsUser ?? podSecurity.runAsUser ?? numberOf(user?.[2], shape.uid),
    gid: security.runAsGroup ?? podSecurity.runAsGroup ?? numberOf(group, shape.gid),
    // The kernel keeps them in order.
    groups: [
      ...(podSecurity.supplementalGroups ?? []),
      ...(podSecurity.fsGroup === undefined ? [] : [podSecurity.fsGroup]),
    ].sort((a, b) => a - b),
  };
  const workingDir = container.workingDir ?? shape.workingDir;
  const home = accounts(asRoot, '/etc/passwd').find(([, , uid]) => uid === String(who.uid))?.[5] ?? '/';
  const atStart = listerAtStart(lister, facts, startedAt + 999);
  const env = environmentOf(atStart, pod, container, { env: shape.env, hostname, home, tty: container.tty === true });
  const argv = commandOf(container, env, run?.entrypoint);
  ensureFolder(root, workingDir.slice(1), startedAt);
  const isBusybox = shape.family === 'busybox' || shape.family === 'alpine';
  const userTitle =
    accounts(asRoot, '/etc/passwd').find(([, , uid]) => uid === String(who.uid))?.[0] ?? String(who.uid);
  const host = newHost({
    clock,
    random: world.random,
    hostname,
    flavour: isBusybox ? 'busybox' : 'gnu',
    network: podNetwork({ ...world, imageRun: (...about) => world.imageOf?.(...about)?.run }, pod),
    main: mainProcesses(shape, argv, userTitle),
    startedAt,
    endMain,
  });
  const system = (path: string, node: DirectoryNode, type: string, readOnly = false) =>
    mounts.add({ path, root: node, readOnly, source: type, type, budget: ownBudget() });
  system(
    '/proc',
    proc(
      host,
      () => mounts,
      () => env,
    ),
    'proc',
  );
  system('/dev', devices(startedAt), 'tmpfs');
  system('/sys', directory(startedAt), 'sysfs', true);
  for (const [path, text] of Object.entries(kubeletFiles(lister, pod, hostname))) {
    mounts.add({
      path,
      root: liveFile(text, startedAt, 0o644),
      readOnly: false,
      source: '/dev/vda1',
      type: 'ext4',
      budget: ownBudget(),
    });
  }
  const volumeWorld = {
    lister,
    atStart,
    now: () => clock.now(),
    issueToken: world.issueToken,
    logText: world.logText,
    wrote: world.wrote,
    imageFiles: filesOf,
  };
  for (const mount of mountsOf(volumeWorld, world.volumes, pod, container, env)) mounts.add(mount);
  return {
    host,
    shape,
    env,
    argv,
    written: () => layer.used,
    files: () =>
      new Files(mounts, who, asRoot.find(workingDir)?.type === 'directory' ? workingDir : '/', () => clock.now()),
    ended: ended.signal,
    end() {
      ended.abort(new Killed(9));
      for (const budget of budgets) budget.close();
      for (const tree of trees) tree.release();
    },
  };
}

const numberOf = (text: string | undefined, other: number): number =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : other;

/** /etc/hosts, /etc/hostname and /etc/resolv.conf, which the kubelet and the runtime write. */
function kubeletFiles(lister: Lister, pod: KubeObject, hostname: string): Record<string, () => string> {
  const { spec } = pod;
  const current = () => lister.get<KubeObject>('pods', pod.metadata.namespace, pod.metadata.name!) ?? pod;
  const domain = spec.subdomain ? `${hostname}.${spec.subdomain}.${pod.metadata.namespace}.svc.cluster.local\t` : '';
  const aliases: { ip: string; hostnames?: string[] }[] = spec.hostAliases ?? [];
  return {
    '/etc/hostname': () => `${hostname}\n`,
    '/etc/hosts': () =>
      [
        '# Kubernetes-managed hosts file.',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::\tip6-localnet',
        'fe00::\tip6-mcastprefix',
        'fe00::1\tip6-allnodes',
        'fe00::2\tip6-allrouters',
        `${current()['status']?.podIP ?? '127.0.0.1'}\t${domain}${hostname}`,
        ...(aliases.length > 0
          ? [
              '',
              '# Entries added by HostAliases.',
              ...aliases.map(({ ip, hostnames = [] }) => [ip, ...hostnames].join('\t')),
            ]
          : []),
        '',
      ].join('\n'),
    '/etc/resolv.conf': () => resolvConf(lister, pod),
  };
}

function resolvConf(lister: Lister, pod: KubeObject): string {
  const { spec } = pod;
  const own = spec.dnsConfig ?? {};
  const policy: string = spec.dnsPolicy ?? 'ClusterFirst';
  const isCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !spec.hostNetwork);
  const dns: string = lister.get<KubeObject>('services', 'kube-system', 'kube-dns')?.['spec'].clusterIP ?? '10.96.0.10';
  const usual =
    policy === 'None'
      ? { search: [], servers: [] }
      : isCluster
        ? {
            search: [`${pod.metadata.namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'],
            servers: [dns],
          }
        : { search: [], servers: ['172.18.0.1'] };
  const search = [...new Set([...usual.search, ...(own.searches ?? [])])];
  const options = [
    ...(isCluster ? ['ndots:5'] : []),
    ...(own.options ?? []).map(({ name, value }: { name: string; value?: string }) =>
      value === undefined ? name : `${name}:${value}`,
    ),
  ];
  return [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...[...usual.servers, ...(own.nameservers ?? [])].map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}
