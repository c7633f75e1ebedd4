import type { Program } from '../../process/process.ts';
import { parseOptions, UsageFailure } from '../options.ts';
import { RegexFailure } from '../regex.ts';
import { SedParser } from './parser.ts';
import { edit } from './run.ts';

const expression: Program = async (process, args) => {
  const options = parseOptions(
    args.map((arg) =>
      /^-[nrEs]*i./.test(arg) && !arg.startsWith('--') ? arg.replace(/^(-[nrEs]*)i(.+)$/, '$1S$2') : arg,
    ),
    'ne:f:rEisS:z',
    {
      quiet: 'n',
      silent: 'n',
      expression: 'e',
      file: 'f',
      'regexp-extended': 'E',
      'in-place': 'i',
    },
  );
  const operands = [...options.operands];
  const sources = [...options.values('e')];
  for (const name of options.values('f')) sources.push(Buffer.from(process.files.readFile(name)).toString());
  if (sources.length === 0) {
    const first = operands.shift();
    if (first === undefined) throw new UsageFailure('no script specified');
    sources.push(first);
  }
  const steps = () => new SedParser(sources.join('\n'), options.has('E') || options.has('r')).steps();
  steps();
  const isQuiet = options.has('n');
  const suffix = options.value('S');
  if (!options.has('i') && suffix === undefined) {
    const { status, code } = await edit({
      process,
      steps: steps(),
      names: operands,
      isQuiet,
      print: (text) => process.print(text),
    });
    return code || status;
  }
  let worst = 0;
  for (const name of operands) {
    let text = '';
    const { status } = await edit({
      process,
      steps: steps(),
      names: [name],
      isQuiet,
      print: async (piece) => {
        text += piece;
      },
    });
    worst = Math.max(worst, status);
    if (status !== 0) continue;
    if (suffix) process.files.writeFile(`${name}${suffix}`, process.files.readFile(name));
    process.files.writeFile(name, text);
  }
  return worst;
};

export const sed: Program = async (process, args) => {
  try {
    return await expression(process, args);
  } catch (error) {
    if (error instanceof RegexFailure) return process.fail(`-e expression #1: ${error.message}`);
    throw error;
  }
};
