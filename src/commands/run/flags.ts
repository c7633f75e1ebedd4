import type { FlagSpec } from '../command.ts';
import { cascadeFlag } from '../shared/cascade.ts';
import { objectFormats, ownFormatsBeside } from '../shared/output-format.ts';
import { overrideFlags } from '../shared/overrides.ts';
import { dryRunFlag, fieldManagerFlag, fileFlags, printFlags } from '../shared/print-flags.ts';
import { saveConfigFlag } from '../shared/save-config.ts';

const bool = (name: string, describe: string, short?: string): FlagSpec => ({
  ...{ name, type: 'bool', default: false, describe },
  ...(short && { short }),
});
const text = (name: string, describe: string): FlagSpec => ({ name, type: 'string', default: '', describe });
const texts = (name: string, describe: string): FlagSpec => ({ name, type: 'stringArray', default: [], describe });

/** kubectl's flags of `run`; those that it took over from delete say nothing here and are hidden. */
export const runFlags: readonly FlagSpec[] = [
  texts('annotations', 'Annotation of the pod: KEY=VALUE; may be repeated.'),
  bool('attach', 'Wait until the pod runs, and attach to it; the default with -i.'),
  { ...cascadeFlag, hidden: true },
  bool('command', 'The words behind -- are the command of the container, and not its arguments.'),
  dryRunFlag,
  texts('env', 'Environment of the container: NAME=VALUE; may be repeated.'),
  bool('expose', 'Make a service in front of the pod too; needs --port.'),
  fieldManagerFlag('kubectl-run'),
  ...fileFlags('objects').map((flag) => ({ ...flag, hidden: true })),
  { ...bool('force', 'Remove objects at once.'), hidden: true },
  { name: 'grace-period', type: 'int', default: -1, describe: 'Seconds to stop in.', hidden: true },
  text('image', 'Image to run. Required.'),
  text('image-pull-policy', 'When to pull the image: Always, IfNotPresent or Never.'),
  { ...text('labels', 'Labels of the pod: KEY=VALUE,...; without them run=NAME.'), short: 'l' },
  bool('leave-stdin-open', 'Leave the standard input open after the first attach.'),
  ...overrideFlags,
  { name: 'pod-running-timeout', type: 'duration', default: '1m0s', describe: 'How long to wait until the pod runs.' },
  text('port', 'Port that the container opens.'),
  ...printFlags(objectFormats.join(', '), ownFormatsBeside(objectFormats)),
  bool('privileged', 'Run the container with all rights on its node.'),
  bool('quiet', 'Print nothing but what the container does.', 'q'),
  { ...text('restart', 'When the container starts again: Always, OnFailure or Never.'), default: 'Always' },
  bool('rm', 'Delete the pod when it has ended; only with --attach or -i.'),
  saveConfigFlag,
  bool('stdin', 'Keep the standard input of the container open, and pass ours to it.', 'i'),
  { name: 'timeout', type: 'duration', default: '0s', describe: 'How long to wait for a deletion.', hidden: true },
  bool('tty', 'The container has a terminal.', 't'),
  { ...bool('wait', 'Wait for deletions.'), hidden: true },
];
