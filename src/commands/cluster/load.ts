import type { WorkloadLoad } from '../../api/control/load.ts';
import { KctlError } from '../../lib/errors.ts';
import { aligned, steerCommand } from './steer.ts';

const NONE = '<as requested>';

/** `kctl cluster load [TYPE/NAME [CPU | off]]` */
export const loadCommand = steerCommand({
  flags: [
    {
      name: 'memory',
      type: 'string',
      describe: 'Memory of each container: an amount, or a share of what it requests.',
    },
    { name: 'over', type: 'duration', describe: 'Go from..to once, over that time.' },
    { name: 'every', type: 'duration', describe: 'Go from..to and back again and again, each time that long.' },
    { name: 'namespace', short: 'n', type: 'string', default: 'default', describe: 'Namespace of the workload.' },
  ],
  options({ args, flags }) {
    const [target, cpu, more] = args;
    if (more !== undefined) throw new KctlError('usage', `unexpected argument "${more}"`);
    const how = Object.fromEntries(
      ['memory', 'over', 'every'].flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name] as string]])),
    );
    if (target === undefined) {
      if (Object.keys(how).length > 0) throw new KctlError('usage', 'name the workload, such as deploy/web');
      return undefined;
    }
    if (!target.includes('/')) {
      throw new KctlError('usage', `name the workload as TYPE/NAME, such as deploy/web, not "${target}"`);
    }
    const where = { target, namespace: flags.namespace as string };
    if (cpu === 'off') {
      if (Object.keys(how).length > 0)
        throw new KctlError('usage', 'off takes everything back: it goes with no other flag');
      return { ...where, off: true };
    }
    if (cpu === undefined && how.memory === undefined) {
      throw new KctlError('usage', `say what ${target} is to use, such as 80%, 250m, --memory 64Mi or off`);
    }
    return { ...where, ...(cpu === undefined ? {} : { cpu }), ...how };
  },
  async run(wanted, { control, show }) {
    if (wanted) {
      show(await control.call<WorkloadLoad>('POST', 'load', wanted), ({ target, cpu, memory }) => {
        const parts = [cpu && `cpu ${cpu}`, memory && `memory ${memory}`].filter(Boolean);
        return [`${target} load ${parts.length > 0 ? parts.join(', ') : 'off'}`];
      });
      return;
    }
    show(await control.call<{ load: WorkloadLoad[] }>('GET', 'load'), ({ load }) =>
      load.length === 0
        ? ['no load is set: containers use what they would with what they request']
        : aligned([
            ['NAMESPACE', 'WORKLOAD', 'CPU', 'MEMORY'],
            ...load.map(({ namespace, target, cpu = NONE, memory = NONE }) => [namespace, target, cpu, memory]),
          ]),
    );
  },
});
