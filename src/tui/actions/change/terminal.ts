import { textField } from '../../state/dialog.ts';
import { say } from '../../words/say.ts';
import type { Action, ActionContext, ActionHost } from '../action.ts';
import { type ChosenContainer, chooseContainer, podKinds } from './containers-of-pod.ts';
import { commandText, inNamespace } from './steps.ts';
import { notice } from './tell.ts';

/** A shell says with its exit code how its last command went: that is no failure of the shell. */
const endOfShell = /^command terminated with exit code \d+$/;

/** Runs a command line on the terminal itself; what it said of a failure is shown when the screen is back. */
async function onTerminal(host: ActionHost, argv: readonly string[], options: { pause?: boolean } = {}): Promise<void> {
  const { code, stderr } = await host.lendTerminal(() => host.services.runOnTerminal(argv, options));
  // Who was asked to go on has read it.
  if (options.pause) return;
  const said = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !endOfShell.test(line.trim()))
    .join('\n');
  if (code !== 0 && said !== '') await notice(host, say('The command failed'), said, [commandText(argv)]);
}

/** The shell that a container has: bash where it can, else sh. */
const unixShell = ['sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi'];

function inContainer({ pod, container }: ChosenContainer): string[] {
  return [pod.name, '-c', container.name, ...inNamespace(pod.namespace)];
}

const ofContainer = {
  group: 'Change',
  views: ['table'],
  kinds: podKinds,
  optional: true,
  verb: 'create',
  disabled: ({ target }: ActionContext) => (target ? undefined : 'no row is selected'),
} as const;

export const terminalActions: readonly Action[] = [
  {
    ...ofContainer,
    id: 'shell',
    right: { verb: 'create', resource: 'pods', subresource: 'exec' },
    label: 'Shell',
    hint: true,
    async apply(context) {
      const chosen = await chooseContainer(context);
      if (!chosen) return;
      const shell = chosen.windows ? ['powershell'] : unixShell;
      await onTerminal(context.host, ['exec', '-it', ...inContainer(chosen), '--', ...shell]);
    },
  },
  {
    ...ofContainer,
    id: 'attach',
    right: { verb: 'create', resource: 'pods', subresource: 'attach' },
    label: 'Attach',
    async apply(context) {
      const chosen = await chooseContainer(context);
      if (!chosen) return;
      const { stdin, tty } = chosen.container;
      const flags = [...(stdin ? ['-i'] : []), ...(stdin && tty ? ['-t'] : [])];
      await onTerminal(context.host, ['attach', ...flags, ...inContainer(chosen)]);
    },
  },
  {
    ...ofContainer,
    id: 'exec',
    right: { verb: 'create', resource: 'pods', subresource: 'exec' },
    label: 'Run a command',
    async apply(context) {
      const chosen = await chooseContainer(context);
      if (!chosen) return;
      const argv = (command: string) => ['exec', '-it', ...inContainer(chosen), '--', 'sh', '-c', command];
      const values = await context.host.ask({
        title: say('Run in {container}', { container: chosen.container.name }),
        lines: [],
        fields: [textField('command', 'Command', '', (text) => (text === '' ? say('a command is needed') : undefined))],
        confirmLabel: 'Run',
        commands: ({ command = '' }) => [commandText(argv(command))],
      });
      if (values) await onTerminal(context.host, argv(values.command!), { pause: true });
    },
  },
  {
    ...ofContainer,
    id: 'debug',
    right: { verb: 'patch', resource: 'pods', subresource: 'ephemeralcontainers' },
    label: 'Debug container',
    async apply(context) {
      const chosen = await chooseContainer(context, ['main']);
      if (!chosen) return;
      const { pod, container } = chosen;
      const argv = ({ image = '' }: Readonly<Record<string, string>>) => [
        ...['debug', '-it', pod.name, `--image=${image}`, `--target=${container.name}`, '--profile=general'],
        ...inNamespace(pod.namespace),
      ];
      const values = await askImage(context, say('Debug {container}', { container: container.name }), argv, [
        say('A container is added to the pod, and stays in it until the pod goes.'),
      ]);
      if (values) await onTerminal(context.host, argv(values));
    },
  },
  {
    ...ofContainer,
    kinds: ['nodes'],
    right: { verb: 'create', resource: 'pods' },
    id: 'node-shell',
    label: 'Shell',
    hint: true,
    async apply(context) {
      const { name } = context.target!;
      const argv = ({ image = '' }: Readonly<Record<string, string>>) => [
        ...['debug', `node/${name}`, '-it', `--image=${image}`, '--profile=general'],
        ...inNamespace(context.host.services.cluster.namespace),
      ];
      const values = await askImage(context, say('Shell on {name}', { name }), argv, [
        say('A pod is made on the node, with its files under /host. It stays until it is deleted.'),
      ]);
      if (values) await onTerminal(context.host, argv(values));
    },
  },
  {
    ...ofContainer,
    id: 'transfer',
    right: { verb: 'create', resource: 'pods', subresource: 'exec' },
    label: 'Transfer files',
    async apply(context) {
      const chosen = await chooseContainer(context);
      if (!chosen) return;
      const { host } = context;
      const { pod, container } = chosen;
      const argv = ({ direction = '', remote = '', local = '' }: Readonly<Record<string, string>>) => {
        const there = `${pod.name}:${remote}`;
        return [
          ...['cp', ...(direction === 'From the pod' ? [there, local] : [local, there]), '-c', container.name],
          ...inNamespace(pod.namespace),
        ];
      };
      const needed = (text: string) => (text === '' ? say('a path is needed') : undefined);
      const values = await host.ask({
        title: say('Transfer'),
        lines: [`${pod.name} ${container.name}`],
        fields: [
          { id: 'direction', label: 'Direction', options: ['From the pod', 'To the pod'], value: 0 },
          textField('remote', 'Path in the pod', '', needed),
          textField('local', 'Path here', '', needed),
        ],
        confirmLabel: 'Transfer',
        commands: (given) => [commandText(argv(given))],
      });
      if (!values) return;
      host.toast('info', say('Transferring {path}…', { path: values.remote! }));
      const { code, stdout, stderr } = await host.services.run(argv(values));
      if (code !== 0) return notice(host, say('The transfer failed'), stderr || stdout, [commandText(argv(values))]);
      host.toast('info', say('Transferred {path}', { path: values.remote! }));
    },
  },
];

function askImage(
  { host }: ActionContext,
  title: string,
  argv: (values: Readonly<Record<string, string>>) => readonly string[],
  lines: readonly string[],
) {
  return host.ask({
    title,
    lines,
    fields: [
      textField('image', 'Image', 'busybox:1.36', (text) =>
        /^\S+$/.test(text) ? undefined : say('an image is needed'),
      ),
    ],
    confirmLabel: 'Open',
    commands: (values) => [commandText(argv(values))],
  });
}
