import { KctlError } from '../../lib/errors.ts';
import { creationCommand } from './creation.ts';
import { labelSelectorOf } from './label-selector.ts';

/** `kctl create poddisruptionbudget`. */
export const createPodDisruptionBudgetCommand = creationCommand({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  flags: [
    { name: 'max-unavailable', type: 'string', default: '', describe: 'How many pods, or what share, may be missing.' },
    { name: 'min-available', type: 'string', default: '', describe: 'How many pods, or what share, must be there.' },
    { name: 'selector', type: 'string', default: '', describe: 'Labels of the pods that it is about.' },
  ],
  failure: 'failed to create poddisruptionbudgets: ',
  check({ name, flags }) {
    const { 'min-available': min, 'max-unavailable': max, selector } = flags;
    const isAmount = (value: unknown) => value === '' || /^[0-9]+%?$/.test(String(value));
    const wrong: readonly (readonly [boolean, string])[] = [
      [name === '', 'name must be specified'],
      [selector === '', 'a selector must be specified'],
      [min === '' && max === '', 'one of min-available or max-unavailable must be specified'],
      [min !== '' && max !== '', 'min-available and max-unavailable cannot be both specified'],
      [!isAmount(min), 'invalid format specified for min-available'],
      [!isAmount(max), 'invalid format specified for max-unavailable'],
    ];
    const found = wrong.find(([isWrong]) => isWrong);
    if (found) throw new KctlError('usage', found[1]);
  },
  make({ name, flags }) {
    const amount = (text: unknown) => (String(text).endsWith('%') ? text : Number(text));
    const bound =
      flags['min-available'] === ''
        ? { maxUnavailable: amount(flags['max-unavailable']) }
        : { minAvailable: amount(flags['min-available']) };
    return { metadata: { name }, spec: { ...bound, selector: labelSelectorOf(String(flags.selector)) } };
  },
});
