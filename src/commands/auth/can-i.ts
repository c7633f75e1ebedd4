import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminalLines } from '../../lib/escape.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { warn } from '../shared/warn.ts';
import { findType } from './find-type.ts';
import { listAccess } from './list-access.ts';

interface CanIOptions {
  args: readonly string[];
  allNamespaces: boolean;
  quiet: boolean;
  subresource: string;
  list: boolean;
  noHeaders: boolean;
}

const resourceVerbs = new Set(
  'get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest'.split(
    ' ',
  ),
);
const urlVerbs = new Set('get put post head options delete patch *'.split(' '));
/** What can be impersonated is served nowhere. */
const neverServed = new Set(['users', 'groups']);

/** `kctl auth can-i`: may the user do this? No is exit code 1. */
export const canICommand = defineCommand<CanIOptions>({
  flags: [
    { name: 'all-namespaces', short: 'A', type: 'bool', default: false, describe: 'Ask about all namespaces at once.' },
    { name: 'list', type: 'bool', default: false, describe: 'Print everything that is allowed.' },
    { name: 'no-headers', type: 'bool', default: false, describe: 'Print no headers above the list.' },
    { name: 'quiet', short: 'q', type: 'bool', default: false, describe: 'Say nothing; the exit code is the answer.' },
    { name: 'subresource', type: 'string', default: '', describe: 'Ask about a part of the type: log, scale.' },
  ],
  complete(invocation) {
    const { flags } = invocation;
    return {
      args: invocation.args,
      allNamespaces: flags['all-namespaces'] === true,
      quiet: flags.quiet === true,
      subresource: String(flags.subresource),
      list: flags.list === true,
      noHeaders: flags['no-headers'] === true,
    };
  },
  validate(options, { tool }) {
    const { args, list, quiet, allNamespaces, subresource } = options;
    if (list && args.length > 0) throw new KctlError('usage', 'list option must be specified with no arguments');
    if (list && (quiet || allNamespaces || subresource !== '')) {
      const others = 'quiet, all-namespaces nor subresource options';
      throw new KctlError('usage', `list option can't be specified with neither ${others}`);
    }
    if (!list && args.length !== 2) {
      throw new KctlError(
        'usage',
        `you must specify two arguments: verb resource or verb resource/resourceName.\nSee '${tool} auth can-i -h' for help and examples.`,
      );
    }
  },
  async run(options, context) {
    const cluster = await context.connect();
    const namespace = options.allNamespaces ? '' : cluster.namespace;
    if (options.list) return listAccess(namespace, options.noHeaders, cluster, context);
    const [verb = '', what = ''] = options.args;
    const spec = what.startsWith('/')
      ? urlAttributes(verb, what, options, context)
      : await resourceAttributes(verb, what, namespace, options, cluster, context);
    if (options.noHeaders) throw new KctlError('usage', '--no-headers cannot be set without --list specified');
    return ask(spec, options, cluster, context);
  },
});

function urlAttributes(verb: string, path: string, { subresource }: CanIOptions, { io }: CommandContext) {
  if (subresource !== '') throw new KctlError('usage', '--subresource can not be used with NonResourceURL');
  if (!urlVerbs.has(verb)) warn(`verb '${verb}' is not a known verb\n`, io);
  return { nonResourceAttributes: { path, verb } };
}

async function resourceAttributes(
  verb: string,
  what: string,
  namespace: string,
  { allNamespaces, subresource }: CanIOptions,
  cluster: Cluster,
  { io }: CommandContext,
) {
  const slash = what.indexOf('/');
  const [type, name] = slash < 0 ? [what, ''] : [what.slice(0, slash), what.slice(slash + 1)];
  const found = await findType(type, cluster);
  if (!found && type !== '*' && !neverServed.has(type.toLowerCase())) {
    const [word = '', ...group] = type.toLowerCase().split('.');
    const where = group.length > 0 ? ` in group '${group.join('.')}'` : '';
    warn(`the server doesn't have a resource type '${word}'${where}\n`, io);
  }
  if (!allNamespaces) {
    if (found && !found.namespaced) {
      const where = found.group ? ` in group '${found.group}'` : '';
      warn(`resource '${found.plural}' is not namespace scoped${where}\n`, io);
    }
    if (!resourceVerbs.has(verb)) warn(`verb '${verb}' is not a known verb\n`, io);
  }
  const attributes = { namespace, verb, group: found?.group ?? '', resource: found?.plural ?? type, subresource, name };
  return { resourceAttributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== '')) };
}

async function ask(
  spec: Record<string, unknown>,
  { quiet }: CanIOptions,
  { transport }: Cluster,
  { io, signal }: CommandContext,
): Promise<number> {
  const apiVersion = 'authorization.k8s.io/v1';
  const metadata = { creationTimestamp: null };
  const body = { kind: 'SelfSubjectAccessReview', apiVersion, metadata, spec, status: { allowed: false } };
  const path = `/apis/${apiVersion}/selfsubjectaccessreviews`;
  const review = await transport.json<KubeObject>({ method: 'POST', path, body: JSON.stringify(body), signal });
  const { allowed, reason, evaluationError } = review.status ?? {};
  const why = [reason, evaluationError].filter(Boolean).map((text) => ` - ${text}`);
  const answer = allowed ? 'yes' : `no${why.join('')}`;
  if (!quiet) io.stdout.write(`${escapeTerminalLines(answer)}\n`);
  return allowed ? 0 : 1;
}
