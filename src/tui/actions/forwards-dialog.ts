import type { KubeObject } from '../../api/meta.ts';
import { groupResource } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import { LOOPBACK } from '../../store/forwards/forward-list.ts';
import { type ForwardWish, forwardWord } from '../../store/forwards/forward-words.ts';
import { type KnownPort, knownPorts } from '../../store/forwards/known-ports.ts';
import { freeLocalPort } from '../../store/forwards/local-port.ts';
import { annotatedPod } from '../../store/forwards/meaning-of.ts';
import { type ForwardTarget, lastingTarget } from '../../store/forwards/target.ts';
import { type DialogField, type DialogValues, textField } from '../state/dialog.ts';
import { forwardsOf, spelledAddresses, startForwards } from '../state/forwards-start.ts';
import { forwardDenied } from '../state/guards.ts';
import { containersResource } from '../views/local/containers.ts';
import type { ObjectRef } from '../views/view.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext, ActionHost } from './action.ts';
import { commandText } from './change/steps.ts';
import { toBackground } from './forwards-background.ts';
import { serverRef } from './show.ts';

/** Kinds that pods stand behind. */
export const forwardedKinds: readonly string[] = [
  ...['pods', 'services', 'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'replicasets.apps'],
  ...['replicationcontrollers', groupResource(containersResource)],
];

/** Ports with a field of their own; others are typed. */
const mostFields = 8;

/** What can be forwarded of one object. */
interface Offer {
  target: ForwardTarget;
  ports: readonly KnownPort[];
  /** The pod itself, where it is one. */
  pod?: KubeObject;
}

async function offerOf({ host, target: row }: ActionContext, ref: ObjectRef): Promise<Offer> {
  const { services } = host;
  const read = await services.get(ref.resource, ref.namespace, ref.name);
  const object = { ...read, kind: ref.resource.kind };
  const target = lastingTarget(ref.resource, object);
  const known = knownPorts(object, await annotatedPod(target, services));
  const container = row && groupResource(row.resource) === groupResource(containersResource) ? row.name : undefined;
  const ports = known.filter((port) => container === undefined || [container, ''].includes(port.container));
  return { target, ports, ...(object.kind === 'Pod' && { pod: object }) };
}

/** Ports that an annotation asks for, else the likeliest one. */
function preselected(ports: readonly KnownPort[]): readonly KnownPort[] {
  const asked = ports.filter(({ from }) => from !== 'declared');
  return asked.length > 0 ? asked : ports.slice(0, 1);
}

/** Free local ports, each another one. */
async function proposals(host: ActionHost, ports: readonly KnownPort[]): Promise<Map<number, number>> {
  const { desk } = forwardsOf(host.services);
  const taken = new Set<number>();
  const found = new Map<number, number>();
  for (const { remote, local } of ports) {
    const port =
      local ??
      (await freeLocalPort(remote, LOOPBACK, (address, wanted, connected) =>
        taken.has(wanted)
          ? Promise.reject(Object.assign(new Error('taken'), { code: 'EADDRINUSE' }))
          : desk.listen(address, wanted, connected),
      ));
    taken.add(port);
    found.set(remote, port);
  }
  return found;
}

const isLocalPort = (text: string): string | undefined =>
  /^\d{0,5}$/.test(text) && Number(text) <= 65_535 ? undefined : say('a port is a number up to 65535');

const arePorts = (text: string): string | undefined =>
  text === '' || text.split(/[\s,]+/).every((word) => /^(\d{0,5}:)?[\w-]+$/.test(word))
    ? undefined
    : say('ports look like 8080:80 or 9090');

function areAddresses(text: string): string | undefined {
  try {
    spelledAddresses(addressWords(text));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const addressWords = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** `80 http (app)` */
function portLabel({ remote, name, container, alias }: KnownPort): string {
  const where = container || alias;
  return [remote, name, where && `(${where})`].filter(Boolean).join(' ');
}

function fieldsOf({ ports }: Offer, proposed: ReadonlyMap<number, number>): DialogField[] {
  const shown = ports.slice(0, mostFields);
  return [
    {
      id: 'keep',
      label: say('They end'),
      options: [say('with the dashboard'), say('when they are stopped')],
      value: 0,
    },
    ...shown.map((port) =>
      textField(`port-${port.remote}`, portLabel(port), text(proposed.get(port.remote)), isLocalPort),
    ),
    textField('other', shown.length > 0 ? say('Other ports') : say('Ports'), '', arePorts),
    textField('address', say('Address'), 'localhost', areAddresses),
  ];
}

const text = (port: number | undefined): string => (port === undefined ? '' : String(port));

/** What the answer asks for: `[LOCAL:]REMOTE` each. */
function wishOf({ services }: ActionHost, { target, ports }: Offer, values: DialogValues): ForwardWish {
  const { resource, object } = target;
  const known = ports
    .slice(0, mostFields)
    .flatMap(({ remote }) => (values[`port-${remote}`] ? [`${values[`port-${remote}`]}:${remote}`] : []));
  const others = (values['other'] ?? '').split(/[\s,]+/).filter((word) => word !== '');
  return {
    target: `${resource.singular || resource.kind.toLowerCase()}/${object.metadata.name}`,
    namespace: object.metadata.namespace ?? 'default',
    ...(services.cluster.contextName && { context: services.cluster.contextName }),
    ports: [...known, ...others],
  };
}

const isInBackground = ({ keep }: DialogValues): boolean => keep === say('when they are stopped');

function argvOf(host: ActionHost, offer: Offer, values: DialogValues): string[] {
  const address = addressWords(values['address'] ?? '').join(',');
  return [
    'pf',
    forwardWord(wishOf(host, offer, values)),
    ...(address === 'localhost' || address === '' ? [] : [`--address=${address}`]),
    ...(isInBackground(values) ? ['--background'] : []),
  ];
}

const lineOf = (known: readonly KnownPort[]): string[] => {
  const asked = known.filter(({ from }) => from !== 'declared');
  if (known.length === 0) return [say('It declares no port: say which.')];
  return [
    say('A local port for each that is to be forwarded; an empty one leaves it out.'),
    ...(asked.length > 0
      ? [say('Chosen by annotation: {ports}', { ports: asked.map(({ remote }) => remote).join(', ') })]
      : []),
  ];
};

/** Starts what was chosen, and tells where it is. */
async function begin(host: ActionHost, offer: Offer, values: DialogValues): Promise<void> {
  const { ports } = wishOf(host, offer, values);
  if (ports.length === 0) throw new KctlError('usage', say('no port is chosen'));
  if (isInBackground(values)) {
    host.toast('info', await toBackground(host.services, argvOf(host, offer, values)));
    return;
  }
  const started = await startForwards(host.services, {
    target: offer.target,
    ports: ports.map((word) => {
      const [first = '', remote = first] = word.split(':');
      return { remote, local: word.includes(':') ? Number(first) : 0 };
    }),
    addresses: addressWords(values['address'] ?? 'localhost'),
    ...(offer.pod && { pod: offer.pod }),
  });
  const urls = started.map(({ url, remote }) => `${url} -> ${remote}`).join(', ');
  const what = `${offer.target.resource.singular}/${offer.target.object.metadata.name}`;
  host.toast('info', say('{what} is forwarded: {urls}', { what, urls }));
}

/** `shift-f`: ports of the object under the cursor, as k9s has it; an annotation may start them without a question. */
export const portForwardAction: Action = {
  id: 'port-forward',
  label: 'Port-forward',
  group: 'Show',
  // It changes nothing in the cluster: read-only dashboards forward, as k9s' do.
  verb: 'get',
  kinds: forwardedKinds,
  views: ['table'],
  optional: true,
  hint: ['table/services', 'table/pods', 'table/containers'],
  disabled({ host, target }) {
    if (!target) return 'no row is selected';
    if (!host.services.forwards) return 'a recording has no ports to forward';
    return forwardDenied(host, target.namespace);
  },
  async apply(context) {
    const { host } = context;
    const offer = await offerOf(context, serverRef(context)!);
    const automatic = offer.ports.filter(({ from }) => from === 'k9s-auto');
    const proposed = await proposals(host, automatic.length > 0 ? automatic : preselected(offer.ports));
    if (automatic.length > 0) {
      const values = Object.fromEntries(automatic.map(({ remote }) => [`port-${remote}`, text(proposed.get(remote))]));
      return begin(host, { ...offer, ports: automatic }, values);
    }
    const { name, namespace } = offer.target.object.metadata;
    const values = await host.ask({
      title: say('Forward ports of {name}', { name: `${offer.target.resource.singular} ${namespace}/${name}` }),
      lines: lineOf(offer.ports),
      confirmLabel: say('Forward'),
      fields: fieldsOf(offer, proposed),
      commands: (answer) =>
        wishOf(host, offer, answer).ports.length > 0 ? [commandText(argvOf(host, offer, answer))] : [],
    });
    if (values) await begin(host, offer, values);
  },
};
