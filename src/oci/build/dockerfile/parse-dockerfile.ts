import type { Directives } from './directives.ts';
import type { Arg, From, Instruction } from './instruction.ts';
import { readInstruction } from './read-instruction.ts';
import { DockerfileError } from './source-error.ts';
import { readStatements } from './statements.ts';

export interface Stage {
  from: From;
  /** Number of the stage, the first is 0. */
  index: number;
  /** What follows, up to the next FROM. */
  instructions: readonly Exclude<Instruction, From>[];
}

export interface Dockerfile {
  directives: Directives;
  /** ARG before the first FROM: what FROM may use. */
  globals: readonly Arg[];
  stages: readonly Stage[];
  /** Lines at which an empty line stands inside of an instruction. */
  emptyContinuations: readonly number[];
  text: string;
}

/**
 * Reads a Dockerfile, all of the reference of docker/dockerfile:1.
 * @throws DockerfileError with docker's words
 */
export function parseDockerfile(text: string): Dockerfile {
  const { directives, statements, emptyContinuations } = readStatements(text);
  if (statements.length === 0) throw new DockerfileError('file with no instructions', { first: 1, last: 1 });
  const globals: Arg[] = [];
  const stages: { from: From; index: number; instructions: Exclude<Instruction, From>[] }[] = [];
  for (const statement of statements) {
    const instruction = readInstruction(statement, directives);
    if (instruction.name === 'FROM') stages.push({ from: instruction, index: stages.length, instructions: [] });
    else if (stages.length > 0) stages.at(-1)!.instructions.push(instruction);
    else if (instruction.name === 'ARG') globals.push(instruction);
    else throw new DockerfileError('no build stage in current context', instruction.range);
  }
  if (stages.length === 0) {
    throw new DockerfileError('dockerfile contains no stages to build', { first: 1, last: 1 });
  }
  return { directives, globals, stages, emptyContinuations, text };
}
