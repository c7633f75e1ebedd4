/** What a protected context thinks of a verb: `asks` for its name first, `passes`, or asks where the flags are such. */
type Care = 'asks' | 'passes' | { asksWhere: (flags: FlagsOfVerb) => boolean };

type FlagsOfVerb = Readonly<Record<string, unknown>>;

/**
 * The verbs that change objects of a cluster, by the words that name them; `create` stands for all that it creates.
 * What takes away or alters what is there asks in a protected context. What only adds, or gives back, passes.
 * A verb that is not here is not journalled, and its requests are sent as they are.
 */
const changingVerbs: ReadonlyMap<string, Care> = new Map<string, Care>([
  ['annotate', 'asks'],
  ['apply', 'asks'],
  ['apply edit-last-applied', 'asks'],
  ['apply set-last-applied', 'asks'],
  ['auth reconcile', 'asks'],
  ['autoscale', 'passes'],
  ['certificate approve', 'asks'],
  ['certificate deny', 'asks'],
  ['cordon', 'asks'],
  ['create', 'passes'],
  ['debug', 'passes'],
  ['delete', 'asks'],
  ['drain', 'asks'],
  ['edit', 'asks'],
  ['expose', 'passes'],
  ['helm rollback', 'asks'],
  ['helm uninstall', 'asks'],
  ['label', { asksWhere: ({ list }) => list !== true }],
  ['patch', 'asks'],
  ['replace', 'asks'],
  ['rollout pause', 'asks'],
  ['rollout promote', 'asks'],
  ['rollout restart', 'asks'],
  ['rollout resume', 'passes'],
  ['rollout undo', 'asks'],
  ['run', 'passes'],
  // Fewer pods is a day's work; none is an outage.
  ['scale', { asksWhere: ({ replicas }) => Number(replicas) === 0 }],
  ['set', 'asks'],
  ['taint', 'asks'],
  ['uncordon', 'passes'],
  ['undo', { asksWhere: ({ list }) => list !== true }],
]);

function careOf(commandPath: string): Care | undefined {
  return (
    changingVerbs.get(commandPath) ??
    changingVerbs.get(commandPath.split(' ', 1)[0] === 'create' ? 'create' : setOf(commandPath))
  );
}

/** `set` has sub-commands that all change pod templates and the like. */
const setOf = (commandPath: string): string => (commandPath.startsWith('set ') ? 'set' : '');

/** @param commandPath `rollout undo` */
export function changesObjects(commandPath: string): boolean {
  return careOf(commandPath) !== undefined;
}

/** Whether a protected context wants its name typed; a rehearsal, a preview and what stays on this machine do not count. */
export function asksForName(commandPath: string, flags: FlagsOfVerb): boolean {
  const care = careOf(commandPath);
  if (care === undefined || care === 'passes' || isHarmless(flags)) return false;
  return care === 'asks' || care.asksWhere(flags);
}

function isHarmless(flags: FlagsOfVerb): boolean {
  const dryRun = flags['dry-run'];
  const rehearses = typeof dryRun === 'string' ? realRuns.has(dryRun) === false : dryRun === true;
  return rehearses || flags['preview'] === true || flags['local'] === true;
}

/** Values of `--dry-run` with which everything is done. */
const realRuns: ReadonlySet<string> = new Set(['none', '0', 'f', 'F', 'false', 'FALSE', 'False']);
