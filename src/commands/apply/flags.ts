import type { FlagSpec } from '../command.ts';
import { forceFlag, gracePeriodFlag, timeoutFlag, waitFlag } from '../delete/options.ts';
import { cascadeFlag } from '../shared/cascade.ts';
import { objectFormats, ownFormatsBeside } from '../shared/output-format.ts';
import {
  dryRunFlag,
  fieldManagerFlag,
  fileFlags,
  previewFlag,
  printFlags,
  selectorFlag,
  validateFlag,
} from '../shared/print-flags.ts';

export const clientManager = 'kubectl-client-side-apply';

export const serverSideFlags: readonly FlagSpec[] = [
  bool('force-conflicts', 'With --server-side, take over fields that others manage.'),
  bool('server-side', 'Let the server merge the manifest into the object.'),
];

export const pruneFlags: readonly FlagSpec[] = [
  bool('prune', 'Also delete what was applied before and is in none of the files; needs -l or --all.'),
  {
    name: 'prune-allowlist',
    type: 'stringArray',
    default: [],
    describe: 'A kind that may be pruned, in place of the usual ones: group/version/kind.',
  },
];

export const subresourceFlag: FlagSpec = {
  name: 'subresource',
  type: 'string',
  default: '',
  describe: 'Work on this subresource of the object: status, scale, resize.',
};

export const applyFlags: readonly FlagSpec[] = [
  bool('all', 'With --prune, look at all objects of the namespaces.'),
  {
    name: 'applyset',
    type: 'string',
    default: '',
    hidden: true,
    describe: 'The object that keeps what belongs together (KUBECTL_APPLYSET=true): [RESOURCE][.GROUP]/NAME.',
  },
  cascadeFlag,
  dryRunFlag,
  fieldManagerFlag(clientManager),
  ...fileFlags('the objects to apply'),
  forceFlag,
  gracePeriodFlag,
  {
    ...bool('openapi-patch', 'Patch as the schemas say; the built-in ones are what is used.'),
    default: true,
  },
  {
    ...bool('overwrite', "Let the manifest's values win where the live object was changed meanwhile."),
    default: true,
  },
  previewFlag,
  ...printFlags(objectFormats.join(', '), ownFormatsBeside(objectFormats)),
  ...pruneFlags,
  selectorFlag,
  ...serverSideFlags,
  subresourceFlag,
  timeoutFlag,
  validateFlag,
  waitFlag,
];

function bool(name: string, describe: string): FlagSpec {
  return { name, type: 'bool', default: false, describe };
}
