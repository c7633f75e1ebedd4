import { linesOf } from '../../process/lines.ts';
import type { Program } from '../../process/process.ts';
import { eachInput, parseOptions, UsageFailure } from '../options.ts';
import { RegexFailure } from '../regex.ts';
import { builtins } from './functions.ts';
import { parseProgram } from './parser.ts';
import { Run } from './run.ts';
import { withoutEscapes } from './tokens.ts';

const isBuiltin = (name: string): boolean => Object.hasOwn(builtins, name);

/** awk(1) as POSIX has it, with what busybox and mawk add: `gensub`, `strftime`, `**`, expressions in RS. */
export const awk: Program = async (process, args) => {
  const options = parseOptions(args, '+F:v:f:', { 'field-separator': 'F', assign: 'v', file: 'f' });
  const files = options.values('f');
  const operands = [...options.operands];
  const texts: string[] = [];
  const status = await eachInput(process, files.length > 0 ? files : ['/dev/null'], async (handle) => {
    for await (const { text } of linesOf(handle, process.signal)) texts.push(text);
    return undefined;
  });
  if (status !== 0) return 2;
  const source = files.length > 0 ? texts.join('\n') : operands.shift();
  if (source === undefined) throw new UsageFailure("usage: awk [-F value] [-v var=value] 'program' [file ...]", 2);
  const given = options.values('v').map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageFailure(`improper assignment: -v ${text}`, 2);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const separator = options.value('F');
  if (separator !== undefined) given.unshift(['FS', separator === 't' ? '\t' : withoutEscapes(separator)]);
  try {
    return await new Run(parseProgram(source, isBuiltin), process, operands, given).main();
  } catch (error) {
    if (error instanceof RegexFailure) throw new UsageFailure(error.message, 2);
    throw error;
  }
};
