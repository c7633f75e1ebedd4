import { KctlError } from '../../lib/errors.ts';
import { type LabelSelectorObject, parseLabelSelector } from '../../lib/label-selector.ts';

const operators: Readonly<Record<string, string>> = { in: 'In', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist' };

/**
 * A label query as objects hold it.
 * @throws KctlError `input` in apimachinery's words (meta/v1, `ParseToLabelSelector`)
 */
export function labelSelectorOf(text: string): LabelSelectorObject {
  const matchLabels: Record<string, string> = {};
  const matchExpressions: NonNullable<LabelSelectorObject['matchExpressions']> = [];
  for (const { key, operator, values } of requirementsOf(text)) {
    if (operator === '=') {
      matchLabels[key] = values[0] ?? '';
      continue;
    }
    const name = operators[operator];
    if (operator === '>' || operator === '<') {
      throw new KctlError('input', `"${operator === '>' ? 'gt' : 'lt'}" isn't supported in label selectors`);
    }
    if (name === undefined) throw new KctlError('input', `"${operator}" is not a valid label selector operator`);
    const sorted = [...new Set(values)].sort();
    matchExpressions.push({ key, operator: name, ...(sorted.length > 0 && { values: sorted }) });
  }
  return { matchLabels, matchExpressions };
}

function requirementsOf(text: string) {
  try {
    return parseLabelSelector(text).requirements;
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    throw new KctlError('input', `couldn't parse the selector string "${text}": ${error.message}`, { cause: error });
  }
}
