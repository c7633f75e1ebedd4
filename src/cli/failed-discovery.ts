import type { CommandContext, Invocation } from '../commands/command.ts';
import { ErrorList } from '../commands/shared/errors.ts';
import { discoveryFailureText, isFailedDiscovery, logFailedDiscovery } from '../commands/shared/failed-discovery.ts';
import { warn } from '../commands/shared/warn.ts';
import { KctlError } from '../lib/errors.ts';
import type { IoStreams } from '../lib/io.ts';

/** How often kubectl asks for types that are named as arguments, whatever they are: `type/name` and nodes by name. */
const BY_NAME = 4;

/** How often kubectl asks what the server serves before it gives up; other commands follow their arguments. */
const TIMES: Readonly<Record<string, number | ((invocation: Invocation) => number)>> = {
  'api-resources': 1,
  'api-versions': 1,
  attach: BY_NAME,
  'auth can-i': ({ args: [, type = '/'] }) => (/^[*/]/.test(type) ? 0 : type.split('.').length > 2 ? 4 : 2),
  'auth reconcile': 0,
  'auth whoami': 0,
  'certificate approve': BY_NAME,
  'certificate deny': BY_NAME,
  'cluster-info': 5,
  'cluster-info dump': 0,
  cordon: BY_NAME,
  cp: 0,
  'create clusterrole': 2,
  'create job': BY_NAME,
  'create role': 2,
  debug: BY_NAME,
  drain: BY_NAME,
  events: ({ flags }) => (flags.for ? 2 : 0),
  exec: BY_NAME,
  explain: 2,
  logs: BY_NAME,
  'port-forward': BY_NAME,
  run: 1,
  taint: 2,
  'top node': 0,
  'top pod': 0,
  uncordon: BY_NAME,
  version: 0,
};

/** What stands before the error of commands that go on without knowing what there is. */
const PREFACES: Readonly<Record<string, (invocation: Invocation, io: IoStreams) => void>> = {
  'api-resources': ({ flags }, { stdout }) => {
    if (flags.output === 'name' || flags['no-headers']) return;
    const wide = flags.output === 'wide' ? '   VERBS   CATEGORIES' : '';
    stdout.write(`NAME   SHORTNAMES   APIVERSION   NAMESPACED   KIND${wide}\n`);
  },
  'auth can-i': ({ args }, io) => {
    const [type = ''] = args[1]!.split('/');
    const [word, ...group] = type.toLowerCase().split('.');
    // What can be impersonated is served nowhere.
    if (word === 'users' || word === 'groups') return;
    const where = group.length > 0 ? ` in group '${group.join('.')}'` : '';
    warn(`the server doesn't have a resource type '${word}'${where}\n`, io);
  },
};

/** Other groups of commands that ask for nothing. */
const SILENT = /^(?:create|proxy|top|config|kustomize)\b/;

/**
 * What kubectl says where it cannot even learn what the server serves: a line of log for each time that it asked,
 * and one error however many types were named.
 * @returns the error to be printed; the same where this is another kind of failure
 */
export async function asFailedDiscovery(
  error: unknown,
  invocation: Invocation,
  context: CommandContext,
): Promise<unknown> {
  const first = error instanceof ErrorList ? error.errors[0] : error;
  const times = invocation.flags.raw ? 0 : timesAsked(context.commandPath, invocation);
  if (!(first instanceof KctlError) || times === 0) return error;
  const reason = await failureText(first, context);
  if (reason === undefined) return error;
  logFailedDiscovery(reason, times, context.io);
  PREFACES[context.commandPath]?.(invocation, context.io);
  if (context.commandPath === 'api-versions') {
    return new KctlError('connection', `couldn't get available api versions from server: ${reason}`, { cause: first });
  }
  return first;
}

/** Why discovery failed; undefined where something else did. */
async function failureText(error: KctlError, { connect, globals }: CommandContext): Promise<string | undefined> {
  const text = String(globals['request-timeout'] ?? '0');
  const limit = Number.parseFloat(text) > 0 ? (/^\d+$/.test(text) ? `${text}s` : text) : undefined;
  let server: string;
  try {
    const cluster = await connect();
    if (!isFailedDiscovery(error, cluster)) return undefined;
    server = cluster.transport.server;
  } catch (refused) {
    // An address that nobody can be asked at.
    if (!(refused instanceof KctlError) || refused.code !== 'connection') return undefined;
    server = String((refused.cause as { server?: string } | undefined)?.server);
  }
  return discoveryFailureText(error, server, limit);
}

function timesAsked(path: string, invocation: Invocation): number {
  const known = TIMES[path];
  if (known !== undefined) return typeof known === 'number' ? known : known(invocation);
  if (SILENT.test(path)) return 0;
  const [types = '', ...names] = invocation.args.filter((word) => !/^[^/]*(?:=|-$)/.test(word));
  const words = types.split(',');
  if (types.includes('/') || (words.length > 1 && names.length > 0)) return BY_NAME;
  // `name.version.group` is looked for in that version first.
  return words.reduce((sum, word) => sum + (word.split('.').length > 2 ? 3 : 1), BY_NAME);
}
