import type { KubeObject } from '../../../api/meta.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { LogStart } from '../../../store/logs/log-source.ts';
import type { CommandContext } from '../../command.ts';
import { objectFilter } from '../../shared/where.ts';
import type { BaseOptions } from '../base-options.ts';
import { isNamePattern } from '../name-pattern.ts';
import { containerChooser } from './containers.ts';
import type { ManyOptions } from './options.ts';
import { LogOutput } from './output.ts';
import { type PodQuery, podQueries, podResource } from './queries.ts';

/** `kctl logs` for many: merged, filtered, followed through restarts and into pods that come. @returns the exit code */
export async function runMany(base: BaseOptions, many: ManyOptions, context: CommandContext): Promise<number> {
  const { io, signal } = context;
  const queries = await queriesOf(base, many, context);
  const [{ cluster }] = queries as [PodQuery, ...PodQuery[]];
  const filter = await objectFilter(many.where, [podResource()], cluster);
  const namespaces = new Set(queries.map(({ scope }) => scope.namespace));
  const isOne = queries.length === 1 && queries[0]!.scope.name !== undefined && !base.allContainers && !many.container;
  const { timestamps, limitBytes } = base;
  const isOfMany = many.contexts.length > 0 || namespaces.size > 1 || namespaces.has(undefined);
  const output = await LogOutput.open(
    many,
    { timestamps, limitBytes, isOfMany, hasPrefix: many.prefix ?? !isOne },
    context,
  );
  const choose = containerChooser(base, many, (line) => io.stderr.write(line));
  const containers = (pod: KubeObject): readonly string[] =>
    !filter || filter.matches({ ...pod, apiVersion: 'v1', kind: 'Pod' }) ? choose(pod) : [];
  const options = {
    ...{ queries, containers, output, signal },
    ...{ most: many.most, insecureSkipTlsVerifyBackend: base.insecureSkipTlsVerifyBackend },
    start: startOf(base, many, cluster.transport.now()),
  };
  if (base.follow) {
    const { followMany } = await import('./follow.ts');
    const isJob = queries.every(({ job }) => job !== undefined);
    await followMany({ ...options, isEndless: many.isEndless && !isJob });
    filter?.tell(io);
    return 0;
  }
  const { readAll } = await import('./read-all.ts');
  const onNothing = (isFiltered: boolean) => {
    const pattern = many.words.find((word) => isNamePattern(word));
    const where = isOfMany ? '' : ` in ${[...namespaces][0] ?? cluster.namespace} namespace`;
    if (pattern !== undefined && !isFiltered) throw new KctlError('api', `no pod matches ${pattern}${where}`);
    io.stderr.write(`No resources found${where}.\n`);
  };
  const { previous, ignoreErrors } = base;
  const code = await readAll({ ...options, previous, ignoreErrors, onNothing });
  filter?.tell(io);
  return code;
}

async function queriesOf(base: BaseOptions, many: ManyOptions, context: CommandContext): Promise<PodQuery[]> {
  if (many.contexts.length === 0) {
    return podQueries(many, base.selector, { cluster: await context.connect(), contextName: '' }, context);
  }
  const { chooseContexts } = await import('../../shared/many-contexts.ts');
  const names = await chooseContexts(many.contexts, context);
  const found = await Promise.all(
    names.map(async (contextName) => {
      const cluster = await context.connect(contextName);
      return podQueries(many, base.selector, { cluster, contextName }, context);
    }),
  );
  return found.flat();
}

/** Durations become moments: asked for again later, they would mean another time. */
function startOf({ sinceSeconds, sinceTime }: BaseOptions, { tailLines }: ManyOptions, now: number): LogStart {
  const since = sinceSeconds === undefined ? sinceTime : new Date(now - sinceSeconds * 1000).toISOString();
  return { ...(tailLines === undefined ? {} : { tailLines }), ...(since === undefined ? {} : { sinceTime: since }) };
}
