import { KctlError } from '../../lib/errors.ts';

const defaultContainerAnnotation = 'kubectl.kubernetes.io/default-container';

/** What is read of a container. */
export interface PodContainer {
  name: string;
  tty?: boolean;
  stdin?: boolean;
}

/** What is read of a pod; a `KubeObject` of kind Pod and a `V1Pod` fit. */
export interface PodLike {
  // biome-ignore lint/suspicious/noExplicitAny: times are text in JSON and Date in the generated types
  metadata?: any;
  spec?:
    | {
        containers?: PodContainer[];
        initContainers?: PodContainer[];
        ephemeralContainers?: PodContainer[];
      }
    | undefined;
}

/** App containers, then ephemeral ones, then init containers, as messages list them. */
function listed({ spec }: PodLike): { container: PodContainer; label: string }[] {
  const of = (list: readonly PodContainer[] | undefined, suffix: string) =>
    (list ?? []).map((container) => ({ container, label: `${container.name}${suffix}` }));
  return [
    ...of(spec?.containers, ''),
    ...of(spec?.ephemeralContainers, ' (ephem)'),
    ...of(spec?.initContainers, ' (init)'),
  ];
}

/** In the order in which they run, as `--all-containers` prints them. */
export function allContainers({ spec }: PodLike): string[] {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
  return all.map(({ name }) => name);
}

function findContainer(pod: PodLike, name: string): PodContainer | undefined {
  return listed(pod).find(({ container }) => container.name === name)?.container;
}

export function isEphemeral({ spec }: PodLike, name: string): boolean {
  return (spec?.ephemeralContainers ?? []).some((container) => container.name === name);
}

/** `Defaulted container "a" out of: a, b (init)`, with a line feed; undefined where there is nothing to choose. */
function defaultedNote(pod: PodLike, name: string): string | undefined {
  const all = listed(pod);
  return all.length > 1
    ? `Defaulted container "${name}" out of: ${all.map(({ label }) => label).join(', ')}\n`
    : undefined;
}

/**
 * The container that exec and attach mean: the one asked for, else the one that the pod's annotation
 * names, else the first.
 * @param note receives the line that says which one was taken out of several
 * @throws KctlError where the pod has no such container
 */
export function containerToJoin(pod: PodLike, wanted: string, note: (line: string) => void): PodContainer {
  const { name, namespace } = pod.metadata ?? {};
  if (wanted !== '') {
    const found = findContainer(pod, wanted);
    if (!found) throw new KctlError('usage', `container ${wanted} not found in pod ${name}`);
    return found;
  }
  const first = pod.spec?.containers?.[0];
  if (!first) throw new KctlError('usage', `pod ${namespace}/${name} does not have any containers`);
  const annotated = pod.metadata?.annotations?.[defaultContainerAnnotation];
  const chosen = annotated ? findContainer(pod, annotated) : undefined;
  if (chosen) return chosen;
  const line = defaultedNote(pod, first.name);
  if (line) note(line);
  return first;
}

/**
 * The container whose log is meant; as `containerToJoin`, with the words of `logs`.
 * @param options.quiet says nothing of what was taken out of several
 */
export function containerToRead(
  pod: PodLike,
  wanted: string,
  note: (line: string) => void,
  options: { quiet?: boolean } = {},
): string {
  const podName = pod.metadata?.name ?? '';
  if (wanted !== '') {
    if (findContainer(pod, wanted)) return wanted;
    throw new KctlError('usage', `container ${wanted} is not valid for pod ${podName}`);
  }
  const annotated = pod.metadata?.annotations?.[defaultContainerAnnotation];
  if (annotated) {
    if (findContainer(pod, annotated)) return annotated;
    note(`Default container name "${annotated}" not found in pod ${podName}\n`);
  }
  const first = pod.spec?.containers?.[0];
  if (!first) throw new KctlError('usage', `pod ${podName} has no containers`);
  const line = options.quiet ? undefined : defaultedNote(pod, first.name);
  if (line) note(line);
  return first.name;
}
