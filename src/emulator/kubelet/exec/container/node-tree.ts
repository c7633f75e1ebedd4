import type { KubeObject } from '../../../../api/meta.ts';
import type { Lister } from '../../../client.ts';
import type { ContainerSpec } from '../../../runtime/container.ts';
import { type DirectoryNode, directory, entriesOf, file, link, liveFile, type Node, plant } from '../fs/nodes.ts';
import { ensureFolder } from './root.ts';

/** What a container's log on the node holds, in the format of the CRI. */
export type LogText = (pod: KubeObject, container: ContainerSpec) => string;

export interface NodeTreeFacts {
  lister: Lister;
  node: string;
  now: () => number;
  logText: LogText | undefined;
}

const FOLDERS = [
  'bin',
  'boot',
  'dev',
  'etc/cni/net.d',
  'etc/kubernetes/manifests',
  'home',
  'lib/modules',
  'lib64',
  'media',
  'mnt',
  'opt/cni/bin',
  'proc',
  'root',
  'run/containerd',
  'sbin',
  'srv',
  'sys/fs/cgroup',
  'tmp',
  'usr/bin',
  'usr/lib',
  'usr/local/bin',
  'usr/sbin',
  'var/lib/containerd',
  'var/lib/kubelet/pki',
  'var/lib/kubelet/plugins',
  'var/log',
  'var/run',
  'var/tmp',
]; // prettier-ignore

const KUBELET_CONFIG = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
`;

/** A folder whose entries are made when somebody looks. */
function living(now: number, entries: () => Iterable<[string, Node]>): DirectoryNode {
  return { ...directory(now), generate: () => new Map(entries()) };
}

const containersOf = ({ spec }: KubeObject): ContainerSpec[] => [...spec.containers, ...(spec.initContainers ?? [])];

/** The files of a node, as `hostPath` volumes show them: those of the system, and what its kubelet and runtime keep. */
export function nodeTree({ lister, node, now, logText }: NodeTreeFacts): DirectoryNode {
  const at = now();
  const root = directory(at);
  for (const path of FOLDERS) ensureFolder(root, path, at);
  (root.entries.get('tmp') as DirectoryNode).mode = 0o1777;
  (root.entries.get('root') as DirectoryNode).mode = 0o700;
  const object = lister.get<KubeObject>('nodes', undefined, node);
  const info = object?.['status']?.nodeInfo ?? {};
  const files: Readonly<Record<string, string>> = {
    'etc/hostname': `${node}\n`,
    'etc/os-release': `PRETTY_NAME="${info.osImage ?? 'kctl simulated node'}"\nNAME="${info.osImage ?? 'kctl simulated node'}"\nID=kctl\n`,
    'etc/machine-id': `${info.machineID ?? ''}\n`,
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
    'etc/resolv.conf': 'nameserver 172.18.0.1\noptions edns0 trust-ad ndots:0\n',
    'etc/hosts': `127.0.0.1\tlocalhost\n`,
    'etc/kubernetes/kubelet.conf': `apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://172.18.0.2:6443\n  name: default-cluster\ncurrent-context: default-context\n`,
    'var/lib/kubelet/config.yaml': KUBELET_CONFIG,
    'run/xtables.lock': '',
  };
  for (const [path, text] of Object.entries(files)) plant(root, path, file(text, at));
  const pods = () => lister.list<KubeObject>('pods').filter((pod) => pod['spec'].nodeName === node);
  const logFile = (pod: KubeObject, container: ContainerSpec) =>
    liveFile(() => logText?.(pod, container) ?? '', now(), 0o640);
  const logs = living(at, () =>
    pods().map((pod): [string, Node] => {
      const { namespace, name, uid } = pod.metadata;
      const folder = living(now(), () =>
        containersOf(pod).map((one): [string, Node] => [
          one.name,
          living(now(), () => [['0.log', logFile(pod, one)] as [string, Node]]),
        ]),
      );
      return [`${namespace}_${name}_${uid}`, folder];
    }),
  );
  const links = living(at, () =>
    pods().flatMap((pod) => {
      const { namespace, name, uid } = pod.metadata;
      const statuses: { name: string; containerID?: string }[] = pod['status']?.containerStatuses ?? [];
      return statuses.flatMap((one): [string, Node][] => {
        const id = one.containerID?.split('//')[1];
        if (!id) return [];
        const target = `/var/log/pods/${namespace}_${name}_${uid}/${one.name}/0.log`;
        return [[`${name}_${namespace}_${one.name}-${id}.log`, link(target, now())]];
      });
    }),
  );
  plant(root, 'var/log/pods', logs);
  plant(root, 'var/log/containers', links);
  const owned = living(at, () =>
    pods().map(({ metadata }): [string, Node] => [metadata.uid!, directory(now(), 0o750)]),
  );
  plant(root, 'var/lib/kubelet/pods', owned);
  return root;
}

/** What a path on the node leads to; a folder is made where there is nothing. */
export function atPath(root: DirectoryNode, path: string, now: number): Node {
  let node: Node | undefined = root;
  for (const part of path.split('/').filter(Boolean))
    node = node?.type === 'directory' ? entriesOf(node).get(part) : undefined;
  return node ?? ensureFolder(root, path, now);
}

/** A volume whose files are a folder of the node: what is there already is in it, and what comes is there. */
export function shareWithNode(root: DirectoryNode, path: string, volume: DirectoryNode, now: number): void {
  const parts = path.split('/').filter(Boolean);
  const name = parts.pop();
  if (name === undefined) return;
  const parent = ensureFolder(root, parts.join('/'), now);
  const before = parent.entries.get(name);
  if (before === volume) return;
  if (before?.type === 'directory')
    for (const [title, node] of before.entries) if (!volume.entries.has(title)) volume.entries.set(title, node);
  parent.entries.set(name, volume);
}
