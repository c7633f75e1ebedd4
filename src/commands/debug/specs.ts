import type { KubeObject } from '../../api/meta.ts';
import { applyStrategicMerge } from '../../api/strategic-merge.ts';
import { KctlError } from '../../lib/errors.ts';
import type { DebugOptions, PartialContainer } from './options.ts';
import { applyProfile } from './profiles.ts';

/** Where names and remarks of a session come from. */
export interface Naming {
  /** Five characters that no other name ends in. */
  suffix(): string;
  say(line: string): void;
}

/** A pod to make or to change, and the container in it that looks; '' where none was added. */
export interface DebugPod {
  pod: KubeObject;
  container: string;
}

function allNames({ spec }: KubeObject): Set<string> {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec ?? {};
  return new Set([...containers, ...initContainers, ...ephemeralContainers].map(({ name }: { name: string }) => name));
}

function nameOf(pod: KubeObject, { container }: DebugOptions, naming: Naming): string {
  if (container !== '') return container;
  const taken = allNames(pod);
  let name = '';
  do name = `debugger-${naming.suffix()}`;
  while (taken.has(name));
  naming.say(`Defaulting debug container name to ${name}.\n`);
  return name;
}

/** The fields that every new container has; absent ones are left to the server. */
function newContainer(name: string, options: DebugOptions): PartialContainer {
  const { env, image, pullPolicy, stdin, tty, args, argumentsOnly } = options;
  return {
    name,
    image,
    ...(args.length > 0 ? { [argumentsOnly ? 'args' : 'command']: [...args] } : {}),
    ...(env.length > 0 ? { env: [...env] } : {}),
    ...(pullPolicy ? { imagePullPolicy: pullPolicy } : {}),
    ...(stdin ? { stdin } : {}),
    ...(tty ? { tty } : {}),
    terminationMessagePolicy: 'File',
  };
}

function customise(list: PartialContainer[], name: string, custom: PartialContainer | undefined): void {
  const at = list.findIndex((each) => each.name === name);
  if (!custom || at < 0) return;
  const holder = (container: PartialContainer) => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: {} },
    spec: { containers: [container] },
  });
  const merged = applyStrategicMerge(holder(list[at]!), { spec: { containers: [{ ...custom, name }] } }, 'v1', 'Pod');
  list[at] = merged.spec.containers[0];
}

/** The pod with one ephemeral container more. */
export function withEphemeralContainer(original: KubeObject, options: DebugOptions, naming: Naming): DebugPod {
  const pod = structuredClone(original);
  const name = nameOf(pod, options, naming);
  const added = { ...newContainer(name, options), ...(options.target ? { targetContainerName: options.target } : {}) };
  pod.spec.ephemeralContainers = [...(pod.spec.ephemeralContainers ?? []), added];
  applyProfile(options.profile, 'ephemeral', pod, name, options.keeping);
  customise(pod.spec.ephemeralContainers, name, options.custom);
  return { pod, container: name };
}

/** The strategic merge patch that adds the last ephemeral container of `pod`. */
export function ephemeralPatch({ spec }: KubeObject): object {
  const all: PartialContainer[] = spec.ephemeralContainers;
  return {
    spec: {
      '$setElementOrder/ephemeralContainers': all.map(({ name }) => ({ name })),
      ephemeralContainers: all.slice(-1),
    },
  };
}

/** A copy of the pod under another name, with a container more or one that is changed. */
export function copyOfPod(original: KubeObject, options: DebugOptions, naming: Naming): DebugPod {
  const { namespace, labels, annotations } = original.metadata;
  const pod: KubeObject = structuredClone({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: options.copyTo,
      ...(namespace ? { namespace } : {}),
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
    },
    spec: original.spec,
  });
  delete pod.spec.ephemeralContainers;
  if (options.shareProcesses !== undefined) pod.spec.shareProcessNamespace = options.shareProcesses;
  if (!options.sameNode) delete pod.spec.nodeName;
  const containers: PartialContainer[] = pod.spec.containers;
  for (const each of containers) {
    const image = options.setImages.get(each.name) ?? options.setImages.get('*');
    if (image) each.image = image;
  }
  const { initContainers = [] } = pod.spec;
  let name = options.container;
  let container = [...containers, ...initContainers].find((each) => each.name === name);
  if (!container) {
    if (options.image === '') {
      if (options.setImages.size > 0) return { pod, container: '' };
      throw new KctlError('usage', 'you must specify image when creating new container');
    }
    name = nameOf(pod, options, naming);
    container = { name, terminationMessagePolicy: 'File' } as PartialContainer;
    containers.push(container);
  }
  change(container, options);
  applyProfile(options.profile, 'copy', pod, name, options.keeping);
  customise(containers, name, options.custom);
  return { pod, container: name };
}

function change(
  container: PartialContainer,
  { args, argumentsOnly, env, image, pullPolicy, stdin, tty }: DebugOptions,
) {
  if (args.length > 0) {
    if (!argumentsOnly) {
      container.command = [...args];
      delete container.args;
    } else container.args = [...args];
  }
  if (env.length > 0) container.env = [...env];
  if (image !== '') container.image = image;
  if (pullPolicy !== '') container.imagePullPolicy = pullPolicy;
  for (const [field, on] of Object.entries({ stdin, tty })) {
    if (on) container[field] = true;
    else delete container[field];
  }
}

/** A pod that runs on the node, whatever its taints, and ends with its command. */
export function podOfNode(node: string, namespace: string, options: DebugOptions, naming: Naming): DebugPod {
  const name = options.container || 'debugger';
  const podName = `node-debugger-${node}-${naming.suffix()}`;
  naming.say(`Creating debugging pod ${podName} with container ${name} on node ${node}.\n`);
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace },
    spec: {
      containers: [newContainer(name, options)],
      nodeName: node,
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
    },
  };
  applyProfile(options.profile, 'node', pod, name, options.keeping);
  customise(pod.spec.containers, name, options.custom);
  return { pod, container: name };
}
