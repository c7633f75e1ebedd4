import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { parseFirstYamlDocument } from '../../lib/yaml.ts';
import { defaultRules, type RuleName, type RuleValues, ruleNames } from '../../oci/layers/ci-rules.ts';

/**
 * The rules of a file as dive has it (`rules: {lowestEfficiency: 0.95}`); the usual ones where the file, or a rule in
 * it, is missing. A `#` before a rule or the word `disabled` turns it off.
 * @throws KctlError `input` where it cannot be read
 */
export async function readRules(file: string, { cwd }: IoStreams): Promise<RuleValues> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' && file === '.dive-ci') return '';
    throw new KctlError('input', `${file} cannot be read: ${cause.message}`, { cause });
  });
  const { rules } = (parseFirstYamlDocument(text, file) ?? {}) as { rules?: unknown };
  if (rules === undefined || rules === null) return defaultRules;
  if (typeof rules !== 'object') throw new KctlError('input', `${file}: its rules are no map`);
  const unknown = Object.keys(rules).find((name) => !ruleNames.includes(name as RuleName));
  if (unknown !== undefined) {
    throw new KctlError('input', `${file}: there is no rule ${JSON.stringify(unknown)}`, {
      hint: `There are: ${ruleNames.join(', ')}`,
    });
  }
  const given = Object.entries(rules).map(([name, value]) => [name, String(value)]);
  return { ...defaultRules, ...Object.fromEntries(given) };
}
