import type { FaultsListed, ShownFault } from '../../api/control/faults.ts';
import { humanDuration } from '../../lib/age.ts';
import { KctlError } from '../../lib/errors.ts';
import { faultWords } from './fault-words.ts';
import { aligned, steerCommand } from './steer.ts';
import { noArguments } from './which-cluster.ts';

/** `kctl cluster fault list` */
export const faultListCommand = steerCommand({
  options: noArguments,
  async run(_, { control, show, io }) {
    const listed = await control.call<FaultsListed>('GET', 'faults');
    show(listed, ({ faults }) => (faults.length > 0 ? aligned(rowsOf(listed)) : []));
    if (listed.faults.length === 0) io.stderr.write('No faults are set.\n');
  },
});

function rowsOf({ now, faults }: FaultsListed): string[][] {
  const left = ({ until }: ShownFault) => (until ? humanDuration(Date.parse(until) - Date.parse(now)) : '<never>');
  const age = ({ since }: ShownFault) => humanDuration(Date.parse(now) - Date.parse(since));
  return [
    ['ID', 'KIND', 'STRIKES', 'ENDS IN', 'AGE', 'WHAT'],
    ...faults.map((one) => [one.id, one.kind, String(one.strikes), left(one), age(one), faultWords(one)]),
  ];
}

/** `kctl cluster fault remove ID...` */
export const faultRemoveCommand = steerCommand({
  options({ args }) {
    if (args.length === 0) throw new KctlError('usage', 'say which faults to remove, by their IDs');
    return args;
  },
  async run(ids, { control, show }) {
    const faults: ShownFault[] = [];
    for (const id of ids) {
      const ended = await control.call<{ faults: ShownFault[] }>('DELETE', `faults/${encodeURIComponent(id)}`);
      faults.push(...ended.faults);
    }
    show({ faults }, () => faults.map(({ id }) => `fault ${id} removed`));
  },
});

/** `kctl cluster fault clear` */
export const faultClearCommand = steerCommand({
  options: noArguments,
  async run(_, { control, show }) {
    const ended = await control.call<{ faults: ShownFault[] }>('DELETE', 'faults');
    show(ended, ({ faults }) =>
      faults.length > 0 ? faults.map(({ id }) => `fault ${id} removed`) : ['no faults were set'],
    );
  },
});
