import type { FlagSpec } from '../command.ts';

/** For verbs that read from several clusters; apart, so that reading a command line loads nothing else. */
export const contextsFlag: FlagSpec = {
  name: 'contexts',
  type: 'stringSlice',
  default: [],
  own: true,
  describe: 'Contexts to ask side by side, in one table: names and patterns such as prod-*; !NAME leaves one out.',
  complete: { from: 'kubeconfig', list: 'contexts' },
};
