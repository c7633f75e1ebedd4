import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { FlagSpec, FlagValues } from '../command.ts';

/**
 * `--where 'status.phase != "Running" && restarts > 3'`: a condition in CEL that is asked of each object, after the
 * server has chosen by labels and fields.
 *
 * In a verb: put `whereFlag` among its flags, `readWhere` into its `complete` (it refuses what cannot be read before
 * anything is sent), and `objectFilter` where the types are known:
 *
 *     const filter = await objectFilter(options.where, [resource], cluster);
 *     const chosen = filter ? objects.filter(filter.matches) : objects;
 *     filter?.tell(context.io);
 */
export const whereFlag: FlagSpec = {
  name: 'where',
  own: true,
  type: 'string',
  // No file names.
  complete: { from: 'words', words: [] },
  describe:
    "Only objects of which this is true, a condition in CEL over their fields and handy words: 'restarts > 3 && age < 1h'.",
};

/** A condition, ready to be asked of objects. */
export interface ObjectFilter {
  /** Needs whole objects with their `kind` and `apiVersion`, and no `this`. Never throws. */
  matches(object: KubeObject): boolean;
  /** Whether what it says of an object can change by time alone: it asks for an age, or for `now`. */
  readonly dependsOnTime: boolean;
  /** Says on standard error, once at the end, of how many objects it could not be told and why. */
  tell(io: Pick<IoStreams, 'stderr'>): void;
}

/**
 * The text of the flag; '' where there is none.
 * @throws KctlError `usage` with the place, where it is no condition
 */
export async function readWhere(flags: FlagValues): Promise<string> {
  if (flags.where === undefined) return '';
  const text = String(flags.where).trim();
  // A variable of a script that is empty must not choose everything.
  if (text === '') throw new KctlError('usage', '--where: the condition is empty');
  (await import('../../cel/where/index.ts')).checkSyntax(text);
  return text;
}

/**
 * @param where what `readWhere` gave
 * @param resources the types of the objects that will be asked; words and fields that none of them has are refused
 * @returns undefined where there is no condition
 * @throws KctlError `usage` with the place and the name that was probably meant
 */
export async function objectFilter(
  where: string,
  resources: readonly ResourceInfo[],
  cluster: Pick<Cluster, 'transport'>,
): Promise<ObjectFilter | undefined> {
  if (where === '') return undefined;
  const { compileWhere } = await import('../../cel/where/index.ts');
  const { matches, dependsOnTime, failures } = compileWhere(where, resources, () => cluster.transport.now());
  return {
    matches,
    dependsOnTime,
    tell({ stderr }) {
      const { count, first } = failures();
      if (count === 0) return;
      stderr.write(`warning: --where could not be told of ${count} object(s), which count as not chosen: ${first}\n`);
    },
  };
}
