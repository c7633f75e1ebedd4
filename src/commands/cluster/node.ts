import { MOST_NODES, type NodeSummary, type NodesDone } from '../../api/control/nodes.ts';
import { KctlError } from '../../lib/errors.ts';
import type { FlagSpec, FlagValues } from '../command.ts';
import { aligned, steerCommand } from './steer.ts';
import { noArguments } from './which-cluster.ts';

/** `kctl cluster node list` */
export const listNodesCommand = steerCommand({
  options: noArguments,
  async run(_, { control, show }) {
    show(await control.call<{ nodes: NodeSummary[] }>('GET', 'nodes'), ({ nodes }) =>
      aligned([
        ['NAME', 'STATUS', 'KUBELET', 'ROLES', 'ZONE', 'CPU', 'MEMORY', 'PODS'],
        ...nodes.map(({ name, status, roles, zone, capacity, pods, down }) => [
          name,
          status,
          down ? 'silent' : 'running',
          roles.join(',') || '<none>',
          zone ?? '<none>',
          capacity.cpu ?? '?',
          capacity.memory ?? '?',
          `${pods}/${capacity.pods ?? '?'}`,
        ]),
      ]),
    );
  },
});

const list = (flags: FlagValues, name: string): readonly string[] => (flags[name] as string[] | undefined) ?? [];

/** `key=value` texts as a map. @throws KctlError `usage` */
function pairs(flags: FlagValues, name: string): Record<string, string> {
  return Object.fromEntries(
    list(flags, name).map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new KctlError('usage', `--${name} takes key=value, not "${text}"`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** `key=value:Effect` or `key:Effect`, as `kubectl taint` takes them. @throws KctlError `usage` */
function taint(text: string): Record<string, string> {
  const [, key, value, effect] = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text) ?? [];
  if (!key || !effect)
    throw new KctlError('usage', `--taints takes key=value:Effect, such as gpu=yes:NoSchedule, not "${text}"`);
  return { key, effect, ...(value ? { value } : {}) };
}

/** `kctl cluster node add [NAME]` */
export const addNodesCommand = steerCommand({
  flags: [
    {
      name: 'count',
      type: 'int',
      default: 1,
      describe: 'How many; with more than one, NAME is what their names begin with.',
    },
    { name: 'labels', type: 'stringSlice', describe: 'Further labels, as key=value.' },
    {
      name: 'capacity',
      type: 'stringSlice',
      describe: 'What each has, as cpu=4,memory=8Gi,pods=110; what is not named is as usual.',
    },
    { name: 'taints', type: 'stringSlice', describe: 'Taints, as key=value:Effect.' },
    { name: 'zones', type: 'stringSlice', describe: 'Zones that the nodes are put into, in turn.' },
  ],
  options({ args, flags }) {
    const [name, more] = args;
    if (more !== undefined) throw new KctlError('usage', 'say one name; --count makes several nodes of it');
    const count = flags.count as number;
    if (count < 1 || count > MOST_NODES)
      throw new KctlError('usage', `--count must be between 1 and ${MOST_NODES}, not ${count}`);
    return {
      count,
      ...(name === undefined ? {} : { name }),
      labels: pairs(flags, 'labels'),
      capacity: pairs(flags, 'capacity'),
      taints: list(flags, 'taints').map(taint),
      zones: list(flags, 'zones'),
    };
  },
  async run(wanted, { control, show }) {
    show(await control.call<{ nodes: string[] }>('POST', 'nodes', wanted), ({ nodes }) =>
      nodes.length > MOST_LINES
        ? [`${nodes.length} nodes added: node/${nodes[0]} to node/${nodes.at(-1)}`]
        : nodes.map((name) => `node/${name} added`),
    );
  },
});

/** More are told of in one line. */
const MOST_LINES = 20;

const selectorFlag: FlagSpec = {
  name: 'selector',
  short: 'l',
  type: 'string',
  describe: 'Nodes by their labels instead of their names.',
};

/** How nodes are named, by names or labels. @throws KctlError `usage` */
function whichNodes(names: readonly string[], flags: FlagValues): { names: readonly string[] } | { selector: string } {
  const selector = flags.selector as string | undefined;
  if (selector === undefined && names.length === 0) {
    throw new KctlError('usage', 'name nodes, or select them with -l', {
      hint: 'kctl cluster node list shows them all',
    });
  }
  if (selector !== undefined && names.length > 0) throw new KctlError('usage', 'either names or -l, not both');
  return selector === undefined ? { names } : { selector };
}

/** One line for each node, or one for all where they are many. */
function doneLines({ nodes }: NodesDone, done: string): string[] {
  if (nodes.length === 0) return ['no node has such labels'];
  if (nodes.length > MOST_LINES) return [`${nodes.length} nodes ${done}`];
  return nodes.map(({ name, changed }) => `node/${name} ${changed ? '' : 'already '}${done}`);
}

/** `kctl cluster node remove|fail|recover|cordon|uncordon NAME... | -l SELECTOR` */
function actionCommand(action: string, done: string) {
  return steerCommand({
    flags: [selectorFlag],
    options: ({ args, flags }) => whichNodes(args, flags),
    async run(which, { control, show }) {
      show(await control.call<NodesDone>('POST', `nodes/${action}`, which), (answer) => doneLines(answer, done));
    },
  });
}

/** `kctl cluster node pull-rate RATE NAME... | -l SELECTOR`; `usual` takes the limit away. */
export const pullRateCommand = steerCommand({
  flags: [selectorFlag],
  options({ args: [rate, ...names], flags }) {
    if (rate === undefined) throw new KctlError('usage', 'say how many bytes in a second, such as 2M, or "usual"');
    return { ...whichNodes(names, flags), ...(rate === 'usual' ? {} : { rate }) };
  },
  async run(which, { control, show }) {
    const done = which.rate === undefined ? 'pulls as fast as usual' : `pulls ${which.rate} in a second`;
    show(await control.call<NodesDone>('POST', 'nodes/pull-rate', which), (answer) => doneLines(answer, done));
  },
});

export const removeNodesCommand = actionCommand('remove', 'removed');
export const failNodesCommand = actionCommand('fail', 'failed');
export const recoverNodesCommand = actionCommand('recover', 'recovered');
export const cordonNodesCommand = actionCommand('cordon', 'cordoned');
export const uncordonNodesCommand = actionCommand('uncordon', 'uncordoned');
