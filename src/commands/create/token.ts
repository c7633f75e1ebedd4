import { asDeclared } from '../../api/declared.ts';
import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { toCompactJson } from '../../lib/json.ts';
import { defineCommand, type FlagValues } from '../command.ts';
import { goErrorText } from '../shared/go-error.ts';
import { objectFormats } from '../shared/output-format.ts';
import { printFlags } from '../shared/print-flags.ts';
import { type ResultPrinter, readResultOutput } from '../shared/result-printer.ts';
import { typedPrinter } from '../shared/typed-printer.ts';
import { oneName } from './one-name.ts';

interface TokenOptions {
  name: string;
  flags: FlagValues;
  cluster: Cluster;
  /** Undefined: the bare token. */
  printer: ResultPrinter | undefined;
}

/** What a token may be bound to, in the order of messages. */
const boundKinds = ['Node', 'Pod', 'Secret'];

/** `kctl create token`: asks the server for a token of a service account and prints it. */
export const createTokenCommand = defineCommand<TokenOptions>({
  flags: [
    { name: 'audience', type: 'stringArray', default: [], describe: 'Who shall accept the token; may be repeated.' },
    { name: 'bound-object-kind', type: 'string', default: '', describe: `Bind it to a ${boundKinds.join(', a ')}.` },
    { name: 'bound-object-name', type: 'string', default: '', describe: 'The object: when it goes, the token does.' },
    { name: 'bound-object-uid', type: 'string', default: '', describe: 'Which object of that name.' },
    { name: 'duration', type: 'duration', default: '0s', describe: 'How long it is good for; 0 is up to the server.' },
    ...printFlags(objectFormats.join(', ')),
  ],
  async complete({ args, flags, given }, context) {
    const name = oneName(args, context);
    const cluster = await context.connect();
    const printer = await typedPrinter(readResultOutput(flags), 'none', context.io);
    return { name, flags, cluster, printer: given.has('output') ? printer : undefined };
  },
  validate({ name, flags }) {
    const problem = problemOf(name, flags);
    if (problem !== undefined) throw new KctlError('usage', problem);
  },
  async run({ name, flags, cluster, printer }, { io, signal }) {
    const seconds = parseGoDuration(String(flags.duration)) / 1000;
    const kind = String(flags['bound-object-kind']);
    const bound = { kind, apiVersion: 'v1', name: flags['bound-object-name'], uid: flags['bound-object-uid'] };
    const request = asDeclared({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        audiences: flags.audience,
        ...(seconds > 0 && { expirationSeconds: seconds }),
        ...(kind !== '' && { boundObjectRef: bound }),
      },
    });
    const accounts = findBuiltin('serviceaccounts')!;
    const path = resourcePath(accounts, { namespace: cluster.namespace, name, subresource: 'token' });
    const answer = await ask(cluster, path, toCompactJson(request), signal);
    const token = answer.status?.token as string | undefined;
    if (!token) throw new KctlError('api', 'failed to create token: no token in server response');
    // A pipe gets nothing but the token.
    if (!printer) io.stdout.write(io.stdout.isTTY ? `${token}\n` : token);
    else {
      const { apiVersion, kind: shown } = request;
      const typed = { group: 'authentication.k8s.io', kind: shown };
      printer.print({ ...accounts, ...typed }, { ...answer, apiVersion, kind: shown }, 'created');
    }
  },
});

function problemOf(name: string, flags: FlagValues): string | undefined {
  const duration = parseGoDuration(String(flags.duration));
  const text = (part: string) => String(flags[`bound-object-${part}`]);
  const [kind, bound, uid] = [text('kind'), text('name'), text('uid')];
  const problems: readonly (readonly [boolean, string])[] = [
    [name === '', 'service account name is required'],
    [duration < 0, '--duration must be greater than or equal to 0'],
    [duration % 1000 !== 0, '--duration cannot be expressed in units less than seconds'],
    [(flags.audience as readonly string[]).includes(''), '--audience must not be an empty string'],
    [kind === '' && bound !== '', '--bound-object-name can only be set if --bound-object-kind is provided'],
    [kind === '' && uid !== '', '--bound-object-uid can only be set if --bound-object-kind is provided'],
    [kind !== '' && !boundKinds.includes(kind), `supported --bound-object-kind values are ${boundKinds.join(', ')}`],
    [kind !== '' && bound === '', '--bound-object-name is required if --bound-object-kind is provided'],
  ];
  return problems.find(([isWrong]) => isWrong)?.[1];
}

async function ask(cluster: Cluster, path: string, body: string, signal: AbortSignal): Promise<KubeObject> {
  try {
    return await cluster.transport.json<KubeObject>({
      ...{ method: 'POST', path, contentType: 'application/json', body, signal },
    });
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    const asked = { method: 'POST', server: cluster.transport.server, path, query: {} };
    throw new KctlError(error.code, `failed to create token: ${goErrorText(error, asked)}`, { cause: error });
  }
}
