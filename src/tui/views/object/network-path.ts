import type { KubeObject } from '../../../api/meta.ts';
import { podStatus } from '../../../api/pod-status.ts';
import { selectorOf, selectorOfMap } from '../../../lib/label-selector.ts';
import { say } from '../../words/say.ts';
import type { Evidence } from './evidence.ts';

// biome-ignore lint/suspicious/noExplicitAny: specs as they come
type Fields = Record<string, any>;

/** What the way to a service's pods is told by: all of its namespace. */
export interface Network {
  pods: readonly KubeObject[];
  slices: readonly KubeObject[];
  policies: readonly KubeObject[];
}

const isReady = ({ status }: KubeObject): boolean =>
  (status?.conditions ?? []).some(({ type, status: is }: Fields) => type === 'Ready' && is === 'True');

const isOver = ({ status }: KubeObject): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

const containerPorts = ({ spec }: KubeObject): readonly Fields[] =>
  [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].flatMap(({ ports = [] }: Fields) => ports);

/** The number that a service's port leads to in a pod; undefined for a name that no container has. */
function targetNumber({ targetPort, port }: Fields, pod: KubeObject): number | undefined {
  const target = targetPort ?? port;
  if (typeof target === 'number') return target;
  return containerPorts(pod).find(({ name }) => name === target)?.containerPort;
}

/** A pod that has all of the labels but one: what was probably meant. */
function nearMiss(
  selector: Record<string, string>,
  pods: readonly KubeObject[],
): { pod: string; label: string } | undefined {
  const wanted = Object.entries(selector);
  for (const { metadata } of pods) {
    const other = wanted.filter(([key, value]) => metadata.labels?.[key] !== value);
    const has = other[0] && metadata.labels?.[other[0][0]];
    if (other.length === 1 && (wanted.length > 1 || has?.startsWith(other[0]![1].slice(0, 3)))) {
      return { pod: metadata.name ?? '', label: `${other[0]![0]}=${has ?? ''}` };
    }
  }
  return undefined;
}

function portEvidence(port: Fields, pods: readonly KubeObject[]): Evidence[] {
  const name = port.name ? `${port.name} (${port.port})` : String(port.port);
  const target = port.targetPort ?? port.port;
  const reached = pods.filter((pod) => targetNumber(port, pod) !== undefined);
  if (typeof target === 'string') {
    return reached.length === 0
      ? [
          {
            level: 'bad',
            text: say('its port {name} leads to container port "{target}", which no container has', { name, target }),
          },
        ]
      : [];
  }
  const declared = pods.flatMap(containerPorts);
  if (declared.length === 0 || declared.some(({ containerPort }) => containerPort === target)) return [];
  const numbers = [...new Set(declared.map(({ containerPort }) => containerPort))].join(', ');
  return [
    {
      level: 'warn',
      guess: true,
      text: say('its port {name} leads to container port {target}, and containers say that they listen on {numbers}', {
        name,
        target,
        numbers,
      }),
    },
  ];
}

/** Whether a rule of a policy lets in what comes to `port` of `pod`, from wherever it comes. */
function allowsPort(rule: Fields, port: Fields, pod: KubeObject): boolean {
  if (!rule.ports?.length) return true;
  const number = targetNumber(port, pod);
  return rule.ports.some(({ port: from, endPort, protocol = 'TCP' }: Fields) => {
    if (protocol !== (port.protocol ?? 'TCP')) return false;
    if (from === undefined) return true;
    if (typeof from === 'string')
      return containerPorts(pod).some((one) => one.name === from && one.containerPort === number);
    return number !== undefined && number >= from && number <= (endPort ?? from);
  });
}

const limitsIngress = ({ spec }: KubeObject): boolean => (spec?.policyTypes ?? ['Ingress']).includes('Ingress');

/** Where a policy lets requests come from, in words; '' for anywhere. */
function sourcesText({ spec }: KubeObject): string {
  const peers: readonly Fields[] = (spec?.ingress ?? []).flatMap(({ from = [] }: Fields) => from);
  const isOpen = (spec?.ingress ?? []).some(({ from }: Fields) => !from?.length);
  if (isOpen) return '';
  const texts = peers.map(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock) return ipBlock.cidr;
    const pods = podSelector && (selectorOf(podSelector).toString() || say('all pods'));
    const spaces = namespaceSelector && (selectorOf(namespaceSelector).toString() || say('all namespaces'));
    return [pods, spaces && say('namespaces with {labels}', { labels: spaces })].filter(Boolean).join(` ${say('in')} `);
  });
  return [...new Set(texts)].join('; ');
}

function policyEvidence(
  ports: readonly Fields[],
  pods: readonly KubeObject[],
  policies: readonly KubeObject[],
): Evidence[] {
  const [pod] = pods;
  if (!pod) return [];
  const about = policies.filter(
    (policy) => limitsIngress(policy) && selectorOf(policy['spec']?.podSelector ?? {}).matches(pod.metadata.labels),
  );
  if (about.length === 0) return [];
  const refOf = ({ metadata }: KubeObject) => ({
    kind: 'networkpolicies.networking.k8s.io',
    name: metadata.name ?? '',
  });
  const closed = ports.filter(
    (port) => !about.some(({ spec }) => (spec?.ingress ?? []).some((rule: Fields) => allowsPort(rule, port, pod))),
  );
  const shut = closed.map(({ port }) => port).join(', ');
  return about.map((policy): Evidence => {
    const name = policy.metadata.name ?? '';
    const rules: readonly Fields[] = policy['spec']?.ingress ?? [];
    if (closed.length > 0) {
      const text =
        rules.length === 0
          ? say('network policy {name} lets nothing in', { name })
          : say('network policy {name} lets nothing in to port {ports}', { name, ports: shut });
      return { level: 'bad', text, ref: refOf(policy) };
    }
    const from = sourcesText(policy);
    return from
      ? {
          level: 'warn',
          text: say('network policy {name} lets requests in from {from} only', { name, from }),
          ref: refOf(policy),
        }
      : { level: 'ok', text: say('network policy {name} lets requests in', { name }), ref: refOf(policy) };
  });
}

function sliceEvidence(service: KubeObject, slices: readonly KubeObject[], ready: number): Evidence[] {
  const own = slices.filter(
    ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
  );
  const endpoints: readonly Fields[] = own.flatMap((slice) => slice['endpoints'] ?? []);
  const live = endpoints.filter(({ conditions }) => conditions?.ready !== false);
  const ref = own[0] && { kind: 'endpointslices.discovery.k8s.io', name: own[0].metadata.name ?? '' };
  if (own.length === 0) {
    return [
      {
        level: 'bad',
        text: say('it has no endpoint slice: whoever asks it is refused'),
        next: say('see that the endpoint slice controller runs'),
      },
    ];
  }
  if (live.length === 0) {
    const text = say('its endpoint slices have no ready address: whoever asks it is refused');
    return [{ level: 'bad', text, ...(ref && { ref }) }];
  }
  const count = live.length;
  const text =
    count === 1
      ? say('its endpoint slices have 1 ready address')
      : say('its endpoint slices have {count} ready addresses', { count });
  return live.length < ready
    ? [
        {
          level: 'warn',
          text: say('{text}, and {count} of its pods are ready', { text, count: ready }),
          ...(ref && { ref }),
        },
      ]
    : [{ level: 'ok', text, ...(ref && { ref }) }];
}

/** The way from a service to what answers: selector, pods, ports, endpoint slices, network policies. */
export function serviceEvidence(service: KubeObject, { pods, slices, policies }: Network): Evidence[] {
  const { spec } = service;
  if (spec?.type === 'ExternalName')
    return [{ level: 'ok', text: say('it is another name of {name}', { name: spec.externalName }) }];
  const ports: readonly Fields[] = spec?.ports ?? [];
  const selector: Record<string, string> = spec?.selector ?? {};
  if (Object.keys(selector).length === 0) {
    return [
      { level: 'ok', text: say('it selects no pods: its endpoints are made by others') },
      ...sliceEvidence(service, slices, 0),
    ];
  }
  const chosen = pods.filter((pod) => !isOver(pod) && selectorOfMap(selector).matches(pod.metadata.labels));
  const words = selectorOfMap(selector).toString();
  if (chosen.length === 0) {
    const miss = nearMiss(selector, pods);
    return [
      { level: 'bad', text: say('no pod has the labels that it selects by: {labels}', { labels: words }) },
      ...(miss
        ? [
            {
              level: 'warn',
              guess: true,
              text: say('pod {pod} has {label}: one of the two was meant to be the other', miss),
              ref: { kind: 'pods', name: miss.pod },
            } as Evidence,
          ]
        : []),
    ];
  }
  const ready = chosen.filter(isReady);
  const broken = chosen.filter((pod) => !isReady(pod));
  const count: Evidence = {
    level: ready.length === 0 ? 'bad' : broken.length > 0 ? 'warn' : 'ok',
    text: say('{ready} of {count} pods with {labels} are ready', {
      ready: ready.length,
      count: chosen.length,
      labels: words,
    }),
  };
  return [
    count,
    ...broken.slice(0, 5).map(
      (pod): Evidence => ({
        level: 'bad',
        text: say('pod {name} is not ready: {status}', {
          name: pod.metadata.name ?? '',
          status: podStatus(pod).status,
        }),
        ref: { kind: 'pods', name: pod.metadata.name ?? '' },
        depth: 1,
      }),
    ),
    ...ports.flatMap((port) => portEvidence(port, chosen)),
    ...sliceEvidence(service, slices, ready.length),
    ...policyEvidence(ports, chosen, policies),
  ];
}
