import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { type Grant, grantsOf, namedObjects } from '../shared/access/grants.ts';
import { type AccessScope, readAccess } from '../shared/access/read-access.ts';
import { objectFormats, parseOutputFormat, type ResultOutput } from '../shared/output-format.ts';
import { allNamespacesFlag, printFlags } from '../shared/print-flags.ts';
import { warn } from '../shared/warn.ts';
import { type Question, readQuestion } from './question.ts';
import { verified } from './verify-grants.ts';
import { printAnswers } from './who-can-output.ts';

interface WhoCanOptions {
  args: readonly string[];
  allNamespaces: boolean;
  noHeaders: boolean;
  verify: boolean;
  output: ResultOutput;
}

const formats = [...objectFormats, 'wide'].sort();

/** `kctl auth who-can`: everybody whom bindings let do something, and by which. */
export const whoCanCommand = defineCommand<WhoCanOptions>({
  flags: [
    { ...allNamespacesFlag, describe: 'Look at the bindings of all namespaces.' },
    { name: 'no-headers', type: 'bool', default: false, describe: 'Print no headers.' },
    {
      name: 'verify',
      type: 'bool',
      default: false,
      describe: 'Ask the server about each of them (SubjectAccessReview) and show what it says.',
    },
    ...printFlags(formats.join(', ')),
  ],
  complete(invocation) {
    const { flags } = invocation;
    return {
      args: invocation.args,
      allNamespaces: flags['all-namespaces'] === true,
      noHeaders: flags['no-headers'] === true,
      verify: flags.verify === true,
      output: {
        format: parseOutputFormat(String(flags.output), String(flags.template), formats),
        allowMissingKeys: flags['allow-missing-template-keys'] !== false,
        showManagedFields: flags['show-managed-fields'] === true,
      },
    };
  },
  validate({ args }, { tool }) {
    if (args.length === 2 || args.length === 3) return;
    throw new KctlError('usage', 'you must specify a verb and a resource, and at most one name', {
      hint: `See '${tool} auth who-can -h' for help and examples`,
    });
  },
  async run(options, context) {
    const cluster = await context.connect();
    const { io, signal } = context;
    const question = await readQuestion(options.args, cluster);
    for (const doubt of question.doubts) warn(doubt, io);
    const scope = scopeOf(question, options, cluster);
    const access = await readAccess(cluster, scope, signal);
    if (access.bindings.length === 0 && access.missing.length > 0) {
      throw new KctlError('api', `cannot tell: you may not list ${access.missing.join(', ')}`);
    }
    for (const list of access.missing) warn(`${list} cannot be read: there may be more who can ${question.text}`, io);
    const grants = grantsOf(access, question.wanted).sort(byOrder);
    const answers = options.verify ? await verified(grants, question, scope, cluster, context.signal) : grants;
    await printAnswers(answers, question, scope, options, io);
    const only = namedObjects(access, question.wanted);
    if (only.length > 0) {
      const shown = only.length > 5 ? `${only.slice(0, 5).join(', ')} and ${only.length - 5} more` : only.join(', ');
      warn(`some can ${question.text} by name only: name one of ${shown} to see who`, io);
    }
  },
});

function scopeOf({ isNamespaced }: Question, { allNamespaces }: WhoCanOptions, { namespace }: Cluster): AccessScope {
  if (!isNamespaced) return { in: 'cluster' };
  return allNamespaces ? { in: 'namespaces' } : { in: 'namespace', namespace };
}

const kindOrder = ['User', 'Group', 'ServiceAccount'];

/** Parts of Kubernetes may much, and are seldom what is asked about: they come last. */
const isOfCluster = ({ kind, name, namespace }: Grant['subject']): boolean =>
  namespace === 'kube-system' || (kind === 'User' && name.startsWith('system:'));

function byOrder(a: Grant, b: Grant): number {
  const key = ({ subject, namespace, binding }: Grant): readonly (string | number)[] => [
    Number(isOfCluster(subject)),
    kindOrder.indexOf(subject.kind),
    ...[subject.namespace ?? '', subject.name, namespace ?? '', binding.name],
  ];
  const [first, second] = [key(a), key(b)];
  const at = first.findIndex((value, index) => value !== second[index]);
  return at < 0 ? 0 : first[at]! < second[at]! ? -1 : 1;
}
