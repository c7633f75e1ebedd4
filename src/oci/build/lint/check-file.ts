import type { Arg, Instruction } from '../dockerfile/instruction.ts';
import type { Dockerfile } from '../dockerfile/parse-dockerfile.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import { checkSettings, type Warnings } from './warnings.ts';

/** Names that `FROM` and `COPY --from` mean something else by. */
const reserved: ReadonlySet<string> = new Set(['scratch', 'context']);

/** What can be said of a file as it is written, without knowing what its variables are. */
export function checkFile(file: Dockerfile, warnings: Warnings): void {
  const all: Instruction[] = [
    ...file.globals,
    ...file.stages.flatMap(({ from, instructions }) => [from, ...instructions]),
  ];
  readLocalSettings(file, all, warnings);
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
    // One that is neither is reported as such.
    const isOdd = !isUpper(word) && !isLower(word);
    if (!isOdd && !(isLower(word) ? isLower(as) : isUpper(as))) {
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
function checkDescriptions({ comments, stages, globals }: Dockerfile, warnings: Warnings): void {
  const check = (word: 'ARG' | 'FROM', names: readonly string[], range: SourceRange): void => {
    const last = comments(range.first).at(-1);
    if (last === undefined || names.length === 0 || names.includes(last.split(' ')[0]!)) return;
    const example = names.length > 1 ? '<arg_key>' : names[0]!;
    const text = `Comment for ${word} should follow the format: \`# ${example} <description>\``;
    warnings.add('InvalidDefinitionDescription', range, text);
  };
  const checkArg = ({ pairs, range }: Arg) =>
    check(
      'ARG',
      pairs.map(({ key }) => key),
      range,
    );
  for (const one of globals) checkArg(one);
  for (const { from, instructions } of stages) {
    check('FROM', from.stage === undefined ? [] : [from.stage.toLowerCase()], from.range);
    for (const one of instructions) if (one.name === 'ARG') checkArg(one);
  }
}

/** `# check=skip=RULE // why` above an instruction is for it alone. */
function readLocalSettings({ comments }: Dockerfile, all: readonly Instruction[], warnings: Warnings): void {
  for (const { range } of all) {
    for (const comment of comments(range.first)) {
      const [, text] = /^check\s*=\s*(.*?)\s*(?:\/\/.*)?$/i.exec(comment) ?? [];
      if (text !== undefined) warnings.within(range, checkSettings(text));
    }
  }
}
