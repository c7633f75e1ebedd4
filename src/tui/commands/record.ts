import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { viewsOf } from '../state/workspace.ts';
import { say } from '../words/say.ts';
import type { DashboardCommand } from './command.ts';

/** What happens, to a file: for replaying, and for others to look at. */
export const recordCommands: readonly DashboardCommand[] = [
  {
    names: ['record'],
    usage: 'FILE | stop',
    about: 'record what is seen to a file, redacted; kctl ui --replay FILE shows it again',
    complete: (_, args) => (args.length === 0 ? ['stop'] : []),
    async run(host, { rest }) {
      const { tape } = host.services;
      if (!tape) throw new KctlError('usage', 'a recording cannot be recorded');
      const { startRecording, stopRecording } = await import('../replay/start-recording.ts');
      if (rest === 'stop' || rest === '') {
        const told = stopRecording(tape);
        if (told === undefined) throw new KctlError('usage', 'nothing is being recorded: :record FILE begins');
        host.toast('info', say('Recorded to {file}', { file: told }));
        host.redraw();
        return;
      }
      const { file } = startRecording(tape, host.services, rest);
      // The tape knows nothing of what was read before.
      for (const model of viewsOf(host.workspace)) model.refresh();
      host.toast('info', say('Recording to {file}, redacted. :record stop ends it.', { file }));
      host.redraw();
    },
  },
  {
    names: ['bundle'],
    usage: '[FILE.md]',
    about: 'write a redacted report of the object under the cursor: description, YAML, why, tree, events, logs',
    async run(host, { rest }) {
      const ref = host.current().target();
      if (!ref) throw new KctlError('usage', 'there is no object under the cursor');
      const { bundleOf } = await import('../replay/bundle.ts');
      host.toast('info', say('Gathering what is known of {name}…', { name: ref.name }));
      const report = await bundleOf(host.services, ref);
      const stamp = new Date(host.services.timing.now()).toISOString().slice(0, 19).replaceAll(':', '');
      const file = resolve(rest || `kctl-${ref.resource.singular || ref.resource.plural}-${ref.name}-${stamp}.md`);
      replaceFile(file, report, { lasting: false });
      host.toast('info', say('Written to {file}', { file }));
    },
  },
];
