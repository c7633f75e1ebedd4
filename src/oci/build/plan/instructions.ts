import { BuildFailure } from '../build-failure.ts';
import type { Command, From, HealthTest, Instruction, KeyValues } from '../dockerfile/instruction.ts';
import { splitWords } from '../dockerfile/words.ts';
import { absolute } from './paths.ts';
import { planCopy } from './plan-copy.ts';
import { planRun } from './plan-run.ts';
import { argvOf, checkSecret, checkSignal, exposedPorts, goList, healthText } from './settings.ts';
import type { StageBuilder } from './stage-builder.ts';
import { environmentLines, proxyNames } from './variables.ts';

/** The shape of the instructions that may have this name. */
type Named<Name, One = Instruction> = One extends { name: infer Names } ? (Name extends Names ? One : never) : never;

type Handlers = {
  [Name in Exclude<Instruction, From>['name']]: (stage: StageBuilder, instruction: Named<Name>) => void;
};

/** What each instruction does to the stage that it stands in (Dockerfile reference). */
const handlers: Handlers = {
  RUN: planRun,
  COPY: planCopy,
  ADD: planCopy,
  ENV(stage, instruction) {
    checkFormat(stage, instruction);
    const expand = stage.expander(instruction);
    const pairs = instruction.pairs.map(({ key, value }) => [expand(key), expand(value)] as const);
    for (const [key, value] of pairs) {
      checkSecret('ENV', key, instruction.range, stage.scope.warnings);
      stage.variables.env.set(key, value);
    }
    stage.config.Env = environmentLines(stage.variables.env);
    stage.remember(`ENV ${pairs.map(([key, value]) => `${key}=${value}`).join(' ')}`);
  },
  LABEL(stage, instruction) {
    checkFormat(stage, instruction);
    const expand = stage.expander(instruction);
    const pairs = instruction.pairs.map(({ key, value }) => [expand(key), expand(value)] as const);
    stage.config.Labels = { ...stage.config.Labels, ...Object.fromEntries(pairs) };
    stage.remember(`LABEL ${pairs.map(([key, value]) => `${key}=${value}`).join(' ')}`);
  },
  ARG(stage, instruction) {
    const { buildArgs, globals, usedArgs, warnings } = stage.scope;
    const expand = stage.expander(instruction);
    const texts: string[] = [];
    for (const { key: name, value: text } of instruction.pairs) {
      const key = expand(name);
      checkSecret('ARG', key, instruction.range, warnings);
      const own = text === undefined ? globals.get(key) : expand(text);
      const value = buildArgs.get(key) ?? own;
      usedArgs.add(key);
      stage.variables.args.delete(key);
      stage.variables.args.set(key, value);
      texts.push(value === undefined || proxyNames.includes(key) ? key : `${key}=${value}`);
    }
    stage.remember(`ARG ${texts.join(' ')}`);
  },
  CMD(stage, instruction) {
    stage.markOnce(instruction);
    recommendJson(stage, instruction);
    stage.config.Cmd = argvOf(instruction.command, stage.config.Shell);
    stage.remember(`CMD ${goList(stage.config.Cmd)}`);
  },
  ENTRYPOINT(stage, instruction) {
    stage.markOnce(instruction);
    recommendJson(stage, instruction);
    stage.config.Entrypoint = argvOf(instruction.command, stage.config.Shell);
    // The arguments that the base has are for the program that the base starts.
    if (!stage.once.has('CMD')) delete stage.config.Cmd;
    stage.remember(`ENTRYPOINT ${goList(stage.config.Entrypoint)}`);
  },
  SHELL(stage, { words }) {
    stage.config.Shell = [...words];
    stage.remember(`SHELL [${words.join(' ')}]`);
  },
  EXPOSE(stage, instruction) {
    const expand = stage.expander(instruction);
    const texts = instruction.values.flatMap((value) => splitWords(expand(value), ''));
    const ports = texts.flatMap((text) => exposedPorts(text, instruction.range, stage.scope.warnings));
    const all = { ...stage.config.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) };
    stage.config.ExposedPorts = all;
    stage.remember(`EXPOSE map[${ports.map((port) => `${port}:{}`).join(' ')}]`);
  },
  VOLUME(stage, instruction) {
    const expand = stage.expander(instruction);
    const paths = instruction.values.map(expand).filter((path) => path !== '');
    if (paths.length === 0) throw new BuildFailure('VOLUME specified can not be an empty string', instruction.range);
    stage.config.Volumes = { ...stage.config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) };
    stage.remember(`VOLUME [${paths.join(' ')}]`);
  },
  USER(stage, instruction) {
    stage.config.User = stage.expander(instruction)(instruction.value);
    stage.remember(`USER ${stage.config.User}`);
  },
  WORKDIR(stage, instruction) {
    const path = stage.expander(instruction)(instruction.value);
    if (path.startsWith('/')) stage.hasWorkdir = true;
    else if (!stage.hasWorkdir) {
      const text = `Relative workdir ${JSON.stringify(path)} can have unexpected results if the base image changes`;
      stage.scope.warnings.add('WorkdirRelativePath', instruction.range, text);
    }
    const whole = absolute(stage.config.WorkingDir || '/', path).replace(/(?<=.)\/$/, '');
    stage.config.WorkingDir = whole;
    const { range } = instruction;
    const user = stage.config.User ?? '';
    stage.operate({ kind: 'workdir', title: `WORKDIR ${path}`, range, path: whole, user }, `WORKDIR ${whole}`);
  },
  STOPSIGNAL(stage, instruction) {
    const signal = stage.expander(instruction)(instruction.value);
    checkSignal(signal, instruction.range);
    stage.config.StopSignal = signal;
    stage.remember(`STOPSIGNAL ${signal}`);
  },
  MAINTAINER(stage, { value }) {
    stage.author = value;
    stage.remember(`MAINTAINER ${value}`);
  },
  HEALTHCHECK(stage, instruction) {
    stage.markOnce(instruction);
    const health: HealthTest = instruction.health;
    stage.config.Healthcheck = health;
    stage.remember(healthText(health));
  },
  ONBUILD(stage, { trigger }) {
    stage.config.OnBuild = [...(stage.config.OnBuild ?? []), trigger];
    stage.remember(`ONBUILD ${trigger}`);
  },
};

/** @throws BuildFailure */
export function applyInstruction(stage: StageBuilder, instruction: Exclude<Instruction, From>): void {
  // The table has a handler of each name for instructions of that name.
  (handlers[instruction.name] as (stage: StageBuilder, instruction: Instruction) => void)(stage, instruction);
}

function recommendJson(stage: StageBuilder, { name, command, range }: Command) {
  // Who chooses a shell wants one.
  if (command.form === 'exec' || stage.config.Shell?.length) return;
  const text = `JSON arguments recommended for ${name} to prevent unintended behavior related to OS signals`;
  stage.scope.warnings.add('JSONArgsRecommended', range, text);
}

function checkFormat({ scope }: StageBuilder, { name, isLegacy, range }: KeyValues) {
  if (!isLegacy) return;
  const text = `"${name} key=value" should be used instead of legacy "${name} key value" format`;
  scope.warnings.add('LegacyKeyValueFormat', range, text);
}
