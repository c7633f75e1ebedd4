import type { KubeObject } from '../../api/meta.ts';
import { ageSince } from '../../lib/age.ts';
import { latest, type Told, toldText } from './event-facts.ts';
import { bad, type Fact, guess, ok, warn } from './fact.ts';

interface Ended {
  exitCode?: number;
  signal?: number;
  reason?: string;
  message?: string;
  finishedAt?: string;
}

interface ContainerStatus {
  name: string;
  image?: string;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; running?: { startedAt?: string }; terminated?: Ended };
  lastState?: { terminated?: Ended };
}

interface Asked {
  pod: KubeObject;
  status: ContainerStatus;
  events: readonly Told[];
  now: number;
}

/** What exit codes mean by convention of shells and kernels. */
const exitCodes: Readonly<Record<number, string>> = {
  1: 'the program reported an error of its own',
  2: 'the program reported wrong use (arguments or configuration)',
  126: 'the command was found but may not be run',
  127: 'the command was not found in the image',
  134: 'the program aborted itself (SIGABRT)',
  137: 'it was killed (SIGKILL)',
  139: 'it crashed in memory (SIGSEGV)',
  143: 'it was asked to stop (SIGTERM) and did',
};

const logs = (pod: KubeObject, container: string, previous = false): string =>
  `kctl logs ${pod.metadata.name} -n ${pod.metadata.namespace} -c ${container}${previous ? ' --previous' : ''}`;

function endFacts({ pod, status, events, now }: Asked, end: Ended): Fact[] {
  const { exitCode = 0, reason, message, finishedAt } = end;
  const when = finishedAt ? ` ${ageSince(finishedAt, now)} ago` : '';
  const said = message ? `; its last words: ${message.trim()}` : '';
  const head = `container ${status.name} ended${when} with exit code ${exitCode}${reason && reason !== 'Error' ? ` (${reason})` : ''}${said}`;
  if (reason === 'OOMKilled') return [bad(head, memoryAdvice(pod, status.name))];
  const found: Fact[] = [bad(head, `read what it said: ${logs(pod, status.name, true)}`)];
  const killed = latest(events, 'Killing');
  if (killed?.message.includes('failed liveness probe') || killed?.message.includes('failed startup probe'))
    found.push(
      bad(
        toldText(killed, now),
        'mend what the probe asks for, or give it more time (failureThreshold, initialDelaySeconds, a startupProbe)',
      ),
    );
  else if (exitCode === 0)
    found.push(
      guess(
        'it ended well, and is started again because the pod always restarts its containers',
        'a task that ends belongs in a Job; a server must stay in the foreground',
      ),
    );
  else if (exitCodes[exitCode]) found.push(guess(`by convention exit code ${exitCode} says: ${exitCodes[exitCode]}`));
  else if (exitCode > 128)
    found.push(guess(`by convention exit code ${exitCode} says: it was ended by signal ${exitCode - 128}`));
  return found;
}

function memoryAdvice(pod: KubeObject, name: string): string {
  const container = (pod['spec'].containers ?? []).find((one: { name: string }) => one.name === name);
  const limit = container?.resources?.limits?.memory;
  return limit
    ? `its memory limit is ${limit}: raise it, or let the program use less`
    : 'raise its memory limit, or let the program use less';
}

function imageFacts({ pod, status, events, now }: Asked): Fact[] {
  const container = [...(pod['spec'].containers ?? []), ...(pod['spec'].initContainers ?? [])].find(
    (one: { name: string }) => one.name === status.name,
  );
  const image: string = container?.image ?? status.image ?? '';
  const { reason = '', message } = status.state?.waiting ?? {};
  const failed = latest(
    events.filter(({ message: text }) => text.includes('Failed to pull') || text.includes(image)),
    'Failed',
  );
  const text = failed?.message ?? message ?? '';
  const found = [bad(`container ${status.name}: image ${image} cannot be pulled (${reason})`)];
  if (failed) found.push(bad(toldText(failed, now)));
  else if (message) found.push(bad(message));
  found.push(...imageAdvice(text, pod));
  return found;
}

/** What registries say, and what it mostly comes from. */
const imageWords: readonly [words: RegExp, why: string, next: string][] = [
  [
    /not found|manifest unknown|does not exist/i,
    'the registry has no such image or tag',
    'look for a misspelt name or tag; kctl set image, or edit the workload',
  ],
  [
    /unauthorized|denied|authentication|403|401/i,
    'the registry does not let this pod in',
    'give the pod an imagePullSecret that the registry accepts',
  ],
  [
    /no such host|timeout|connection refused|i\/o|unreachable/i,
    'the node does not reach the registry',
    "look at the node's DNS and way out",
  ],
  [
    /toomanyrequests|rate limit/i,
    'the registry limits how often it is asked',
    'sign in to the registry, or use a mirror',
  ],
];

function imageAdvice(text: string, pod: KubeObject): Fact[] {
  const known = imageWords.find(([words]) => words.test(text));
  if (!known) return [];
  const secrets: { name: string }[] = pod['spec'].imagePullSecrets ?? [];
  const has = secrets.length > 0 ? `; it uses ${secrets.map(({ name }) => name).join(', ')}` : '';
  return [guess(`${known[1]}${has}`, known[2])];
}

function crashFacts(asked: Asked): Fact[] {
  const { status } = asked;
  const head = bad(
    `container ${status.name} keeps ending: ${status.restartCount ?? 0} restarts, and the next waits its back-off (CrashLoopBackOff)`,
  );
  const last = status.lastState?.terminated;
  return last ? [head, ...endFacts(asked, last)] : [head];
}

/** By the reason why a container waits. */
const waits: Readonly<Record<string, (asked: Asked) => Fact[]>> = {
  ErrImagePull: imageFacts,
  ImagePullBackOff: imageFacts,
  ErrImageNeverPull: imageFacts,
  RegistryUnavailable: imageFacts,
  InvalidImageName: ({ status }) => [
    bad(
      `container ${status.name}: ${status.state?.waiting?.message ?? 'its image has no valid name'}`,
      'write the image as [REGISTRY/]NAME[:TAG], in small letters',
    ),
  ],
  CreateContainerConfigError: ({ status }) => [
    bad(
      `container ${status.name} cannot be set up: ${status.state?.waiting?.message ?? 'its configuration is not complete'}`,
      'create the ConfigMap, Secret or key that is named, or mark the reference optional',
    ),
  ],
  CreateContainerError: ({ status }) => [
    bad(`container ${status.name} cannot be made: ${status.state?.waiting?.message ?? ''}`),
  ],
  RunContainerError: ({ status }) => [
    bad(
      `container ${status.name} cannot be started: ${status.state?.waiting?.message ?? ''}`,
      "check its command, args and the image's entry point",
    ),
  ],
  CrashLoopBackOff: crashFacts,
};

function readinessFacts({ pod, status, events, now }: Asked): Fact[] {
  const unhealthy = latest(events, 'Unhealthy');
  const since = status.state?.running?.startedAt;
  const age = since ? `, running since ${ageSince(since, now)}` : '';
  const found: Fact[] = [bad(`container ${status.name} is not ready${age}`)];
  if (unhealthy)
    found.push(
      bad(
        toldText(unhealthy, now),
        `ask what the probe asks, from inside: kctl describe pod ${pod.metadata.name} -n ${pod.metadata.namespace} shows it`,
      ),
    );
  else if (status.started === false) found.push(warn('its startup probe has not succeeded yet'));
  else
    found.push(
      guess('no failed probe is on record (events are kept for about an hour): it may not have been asked yet'),
    );
  if (status.lastState?.terminated && (status.restartCount ?? 0) > 0)
    found.push(...endFacts({ pod, status, events, now }, status.lastState.terminated));
  return found;
}

/** What the containers of a pod say of why it is not ready. */
export function containerFacts(pod: KubeObject, events: readonly Told[], now: number): Fact[] {
  const status = pod['status'] ?? {};
  const found: Fact[] = [];
  const inits: ContainerStatus[] = status.initContainerStatuses ?? [];
  for (const [at, one] of inits.entries()) {
    const isSidecar = pod['spec'].initContainers?.[at]?.restartPolicy === 'Always';
    if (one.state?.terminated?.exitCode === 0 || (isSidecar && one.started)) continue;
    const asked: Asked = { pod, status: one, events, now };
    found.push(...stateFacts(asked, true));
    // Those after it wait for it.
    if (found.length > 0) return found;
  }
  for (const one of (status.containerStatuses ?? []) as ContainerStatus[]) {
    const asked: Asked = { pod, status: one, events, now };
    if (one.ready) {
      if ((one.restartCount ?? 0) > 0 && one.lastState?.terminated)
        found.push(
          warn(`container ${one.name} is ready, after ${one.restartCount} restart(s)`),
          ...endFacts(asked, one.lastState.terminated).map((fact) => ({ ...fact, level: 'warn' as const })),
        );
      continue;
    }
    found.push(...stateFacts(asked, false));
  }
  return found;
}

function stateFacts(asked: Asked, isInit: boolean): Fact[] {
  const { pod, status, now } = asked;
  const { waiting, running, terminated } = status.state ?? {};
  if (terminated) {
    if (terminated.exitCode === 0) return [ok(`container ${status.name} is done (exit code 0)`)];
    return endFacts(asked, terminated);
  }
  if (waiting?.reason && waits[waiting.reason]) return waits[waiting.reason]!(asked);
  if (running && isInit) {
    const age = ageSince(running.startedAt, now);
    return [
      warn(
        `init container ${status.name} runs since ${age}; the others wait for it`,
        `see what it does: ${logs(pod, status.name)}`,
      ),
    ];
  }
  if (running) return readinessFacts(asked);
  if (!isInit && waiting?.reason === 'PodInitializing') return [];
  return [
    warn(
      `container ${status.name} waits${waiting?.reason ? ` (${waiting.reason})` : ''}${waiting?.message ? `: ${waiting.message}` : ''}`,
    ),
  ];
}
