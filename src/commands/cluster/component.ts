import type { ComponentList, ComponentsSwitched } from '../../api/control/components.ts';
import { KctlError } from '../../lib/errors.ts';
import { aligned, steerCommand } from './steer.ts';
import { noArguments } from './which-cluster.ts';

const stateOf = (running: boolean): string => (running ? 'running' : 'stopped');

/** `kctl cluster component list` */
export const listComponentsCommand = steerCommand({
  options: noArguments,
  async run(_, { control, show }) {
    show(await control.call<ComponentList>('GET', 'components'), ({ groups, components }) =>
      aligned([
        ['NAME', 'PART OF', 'STATE'],
        ...groups.flatMap(({ name, running }) => [
          [name, '', stateOf(running)],
          // A program of one part says everything with its own line.
          ...components
            .filter(({ group, name: part }) => group === name && part !== `kube-${name}`)
            .map((part) => [part.name, name, stateOf(part.running)]),
        ]),
      ]),
    );
  },
});

/** `kctl cluster component stop|start NAME...` */
const switchCommand = (running: boolean) =>
  steerCommand({
    options({ args }) {
      if (args.length > 0) return args;
      throw new KctlError('usage', 'name the components, such as scheduler or deployment-controller', {
        hint: 'kctl cluster component list shows them all',
      });
    },
    async run(names, { control, show }) {
      show(await control.call<ComponentsSwitched>('POST', 'components', { names, running }), ({ components }) =>
        components.map(
          ({ name, changed }) => `${name} ${changed ? '' : 'was already '}${running ? 'started' : 'stopped'}`,
        ),
      );
    },
  });

export const stopComponentCommand = switchCommand(false);
export const startComponentCommand = switchCommand(true);
