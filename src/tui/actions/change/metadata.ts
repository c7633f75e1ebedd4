import { textField } from '../../state/dialog.ts';
import { refArgument } from '../../views/ref-text.ts';
import { say } from '../../words/say.ts';
import type { Action } from '../action.ts';
import { changing } from './changing.ts';
import { namespaceFlags } from './steps.ts';

/** `app=web tier-`: pairs to set and keys to take away, apart by spaces; a value may stand in quotes. */
function words(text: string): string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/["']/g, ''));
}

function pairsProblem(text: string): string | undefined {
  const wrong = words(text).find((word) => !/^[^=]+(=.*|-)$/.test(word));
  if (words(text).length === 0) return say('KEY=VALUE sets, KEY- takes away');
  return wrong === undefined ? undefined : say('{wrong} is neither KEY=VALUE nor KEY-', { wrong });
}

function pairsAction(id: 'label' | 'annotate', label: string, field: 'labels' | 'annotations', done: string): Action {
  return changing({
    id,
    label,
    verb: 'patch',
    async make({ host }, targets) {
      const [first] = targets;
      const lines: string[] = [];
      if (targets.length === 1) {
        const { metadata } = await host.services.get(first!.resource, first!.namespace, first!.name);
        const pairs = Object.entries(metadata[field] ?? {});
        lines.push(
          ...(pairs.length > 0 ? pairs.map(([key, value]) => `  ${key}=${shortened(value)}`) : [say('none yet')]),
        );
      }
      return {
        title: label,
        lines,
        confirmLabel: label,
        fields: [textField('pairs', 'KEY=VALUE KEY-', '', pairsProblem)],
        targets,
        argv: (refs, { pairs = '' }) => [
          ...[id, ...refs.map(refArgument), ...words(pairs), '--overwrite'],
          ...namespaceFlags(refs),
        ],
        preview: 'fields',
        done,
      };
    },
  });
}

const widest = 80;
const shortened = (text: string): string => (text.length > widest ? `${text.slice(0, widest)}…` : text);

export const metadataActions: readonly Action[] = [
  pairsAction('label', 'Label', 'labels', 'Labelled {what}'),
  pairsAction('annotate', 'Annotate', 'annotations', 'Annotated {what}'),
];
