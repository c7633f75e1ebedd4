import { type Directives, readDirectives } from '../dockerfile/directives.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { Dockerfile } from '../dockerfile/parse-dockerfile.ts';
import type { Warnings } from './warnings.ts';

/** Names that `FROM` and `COPY --from` mean something else by. */
const reserved: ReadonlySet<string> = new Set(['scratch', 'context']);

/** What can be said of a file as it is written, without knowing what its variables are. */
export function checkFile(file: Dockerfile, warnings: Warnings): void {
  const all: Instruction[] = [
    ...file.globals,
    ...file.stages.flatMap(({ from, instructions }) => [from, ...instructions]),
  ];
  checkCasing(all, warnings);
  for (const line of file.emptyContinuations) {
    warnings.add('NoEmptyContinuation', { first: line, last: line }, 'Empty continuation line');
  }
  const names = new Set<string>();
  for (const { from } of file.stages) {
    const { stage, range, as, word } = from;
    if (stage === undefined) continue;
    const name = stage.toLowerCase();
    if (name !== stage) warnings.add('StageNameCasing', range, `Stage name '${stage}' should be lowercase`);
    if (isUpper(as) !== isUpper(word) || isLower(as) !== isLower(word)) {
      warnings.add('FromAsCasing', range, `'${as}' and '${word}' keywords' casing do not match`);
    }
    if (names.has(name)) {
      warnings.add('DuplicateStageName', range, `Duplicate stage name ${quoted(stage)}, stage names should be unique`);
    }
    names.add(name);
    if (reserved.has(name)) {
      const text = `Stage name should not use the same name as reserved stage ${quoted(name)}`;
      warnings.add('ReservedStageName', range, text);
    }
  }
  for (const instruction of all) {
    const { name, range } = instruction;
    if (name === 'MAINTAINER') {
      warnings.add('MaintainerDeprecated', range, 'Maintainer instruction is deprecated in favor of using label');
    }
    if ((name === 'ENV' || name === 'LABEL') && instruction.isLegacy) {
      const text = `"${name} key=value" should be used instead of legacy "${name} key value" format`;
      warnings.add('LegacyKeyValueFormat', range, text);
    }
  }
  checkDescriptions(file, warnings);
}

const isUpper = (word: string): boolean => word === word.toUpperCase();
const isLower = (word: string): boolean => word === word.toLowerCase();
const quoted = (text: string): string => JSON.stringify(text);

/** Most instructions decide how the others should be written; none, where it is even, then they should be upper. */
function checkCasing(all: readonly Instruction[], warnings: Warnings): void {
  const lower = all.filter(({ word }) => isLower(word)).length;
  const upper = all.filter(({ word }) => isUpper(word)).length;
  const majority = lower > upper ? 'lowercase' : 'uppercase';
  const fits = majority === 'lowercase' ? isLower : isUpper;
  for (const { word, range } of all) {
    if (fits(word)) continue;
    const text = `Command '${word}' should match the case of the command majority (${majority})`;
    warnings.add('ConsistentInstructionCasing', { first: range.first, last: range.first }, text);
  }
}

/** A comment right above a stage or an argument describes it, and then begins with its name. */
function checkDescriptions(file: Dockerfile, warnings: Warnings): void {
  const lines = file.text.split(/\r?\n/);
  const isDirective = directiveLines(lines);
  const check = (name: string, line: number): void => {
    const above = lines[line - 2] ?? '';
    const [, comment] = /^#\s*(.*?)\s*$/.exec(above) ?? [];
    if (!comment || line - 1 <= isDirective || comment.split(/\s/)[0] === name) return;
    const text = `Comment for ${name} should follow the format: \`# ${name} <description>\``;
    warnings.add('InvalidDefinitionDescription', { first: line, last: line }, text);
  };
  for (const { pairs, range } of file.globals) if (pairs.length === 1) check(pairs[0]!.key, range.first);
  for (const { from } of file.stages) if (from.stage !== undefined) check(from.stage, from.range.first);
}

/** The last line that is a directive; 0 where there are none. */
function directiveLines(lines: readonly string[]): number {
  const { syntax, check }: Directives = readDirectives(lines);
  let last = 0;
  for (const [index, line] of lines.entries()) {
    if (!/^\s*#\s*(syntax|escape|check)\s*=/i.test(line)) break;
    if (syntax !== undefined || check !== undefined || /escape/i.test(line)) last = index + 1;
  }
  return last;
}
