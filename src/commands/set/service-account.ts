import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { objectSelectionFlags, readObjectSelection } from '../shared/select-objects.ts';
import { podSpecOf } from './pod-template.ts';
import { findTargets, type SetTarget } from './targets.ts';
import { changeObjects, readWriteOptions, refuseLocalServerDryRun, type WriteOptions, writeFlags } from './update.ts';

interface ServiceAccountOptions extends WriteOptions {
  targets: readonly SetTarget[];
  account: string;
}

/** `kctl set serviceaccount`: as whom the pods of a workload run. */
export const setServiceAccountCommand = defineCommand<ServiceAccountOptions>({
  flags: [...objectSelectionFlags('the objects to change', ['all', 'where']), ...writeFlags],
  async complete({ args, flags }, context) {
    const write = readWriteOptions(flags, context.io);
    refuseLocalServerDryRun(flags.local === true, write.dryRun);
    const account = args.at(-1);
    if (account === undefined) throw new KctlError('usage', 'serviceaccount is required');
    const all = flags.all === true;
    // Without a server, words that name resources are passed over.
    const words = flags.local === true ? [] : args.slice(0, -1);
    const given = await readObjectSelection(words, { flags: { ...flags, all: false } });
    return { ...write, account, targets: await findTargets({ ...given, nameOptional: all }, context) };
  },
  async run({ targets, account, ...write }, context) {
    const change = {
      operation: 'serviceaccount updated',
      refusal: 'failed to patch ServiceAccountName ',
      always: true,
      apply(object: SetTarget['object']) {
        podSpecOf(object).serviceAccountName = account;
        return true;
      },
    };
    await changeObjects(targets, change, write, context);
  },
});
