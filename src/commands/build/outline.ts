import { escapeTerminal } from '../../lib/escape.ts';
import type { BuildRequest } from '../../oci/build/build-request.ts';
import type { Arg } from '../../oci/build/dockerfile/instruction.ts';
import type { PlannedStage } from '../../oci/build/plan/operations.ts';
import { columns, descriptionOf, locationOf } from './call.ts';
import type { Shown } from './report.ts';

interface Range {
  first: number;
  last: number;
}

/** What a build of a target takes. */
export interface Outline {
  name: string;
  description: string;
  args: { name: string; value: string; description: string; range: Range }[];
  secrets: { name: string; required: boolean; range: Range }[];
  ssh: { name: string; required: boolean; range: Range }[];
  cache: { id: string; range: Range }[];
}

/** What is asked for in the stages that the target needs. */
export function outlineOf({ file, buildArgs }: BuildRequest, target: PlannedStage): Outline {
  const { from } = file.stages[target.index]!;
  const needed = stagesOf(target);
  const args = new Map<string, Outline['args'][number]>();
  const addArg = ({ pairs, range }: Arg) => {
    for (const { key, value } of pairs) {
      const known = args.get(key);
      const own = value?.replace(/^(['"])(.*)\1$/, '$2') ?? known?.value ?? '';
      const description = descriptionOf(file.comments(range.first), key) || (known?.description ?? '');
      args.set(key, { name: key, value: buildArgs.get(key) ?? own, description, range: known?.range ?? range });
    }
  };
  for (const one of file.globals) addArg(one);
  const outline: Outline = {
    ...{ name: from.stage?.toLowerCase() ?? '', args: [], secrets: [], ssh: [], cache: [] },
    description:
      from.stage === undefined ? '' : descriptionOf(file.comments(from.range.first), from.stage.toLowerCase()),
  };
  for (const stage of needed) {
    for (const one of file.stages[stage.index]!.instructions) if (one.name === 'ARG') addArg(one);
    for (const operation of stage.operations) {
      if (operation.kind !== 'run') continue;
      const { range } = operation;
      for (const mount of operation.mounts) {
        if (mount.type === 'secret') outline.secrets.push({ name: mount.id, required: mount.isRequired, range });
        if (mount.type === 'ssh') outline.ssh.push({ name: mount.id, required: mount.isRequired, range });
        if (mount.type === 'cache') outline.cache.push({ id: mount.id, range });
      }
    }
  }
  return { ...outline, args: [...args.values()].sort((a, b) => a.range.first - b.range.first) };
}

/** In the order of the file. */
function stagesOf(target: PlannedStage, into = new Set<PlannedStage>()): PlannedStage[] {
  if (!into.has(target)) {
    into.add(target);
    if (target.base.kind === 'stage') stagesOf(target.base.stage, into);
    for (const operation of target.operations) {
      const sources =
        operation.kind === 'copy'
          ? [operation.source]
          : operation.kind === 'run'
            ? operation.mounts.flatMap((mount) => ('source' in mount && mount.source ? [mount.source] : []))
            : [];
      for (const source of sources) if (source.from === 'stage') stagesOf(source.stage, into);
    }
  }
  return [...into].sort((a, b) => a.index - b.index);
}

/** `--call=outline`, as docker shows it. */
export function outlineText({ name, description, args, secrets, ssh, cache }: Outline): string {
  const parts: string[] = [];
  const heads = [
    ...(name ? [`TARGET:      ${name}`] : []),
    ...(description ? [`DESCRIPTION: ${escapeTerminal(description)}`] : []),
  ];
  if (heads.length > 0) parts.push(`${heads.join('\n')}\n`);
  const add = (head: readonly string[], rows: readonly (readonly string[])[]) => {
    if (rows.length > 0) parts.push(columns([head, ...rows.map((row) => row.map(escapeTerminal))]));
  };
  add(
    ['BUILD ARG', 'VALUE', 'DESCRIPTION'],
    args.map((one) => [one.name, one.value, one.description]),
  );
  const isRequired = ({ name: id, required }: { name: string; required: boolean }) => [id, required ? 'true' : ''];
  add(['SECRET', 'REQUIRED'], secrets.map(isRequired));
  add(['SSH', 'REQUIRED'], ssh.map(isRequired));
  add(
    ['CACHE MOUNT'],
    cache.map(({ id }) => [id]),
  );
  return parts.join('\n');
}

/** In the shape of BuildKit's frontend.outline. */
export function outlineJson({ name, description, args, secrets, ssh, cache }: Outline, { text }: Shown): string {
  const located = <One extends { range: Range }>({ range, ...rest }: One) => ({ ...rest, location: locationOf(range) });
  const outline = {
    ...(name ? { name } : {}),
    ...(description ? { description } : {}),
    ...(args.length > 0 ? { args: args.map(located) } : {}),
    ...(secrets.length > 0 ? { secrets: secrets.map(located) } : {}),
    ...(ssh.length > 0 ? { ssh: ssh.map(located) } : {}),
    ...(cache.length > 0 ? { cache: cache.map(located) } : {}),
    sources: [Buffer.from(text).toString('base64')],
  };
  return `${JSON.stringify(outline, null, 2)}\n`;
}
