import type { KubeObject } from '../../api/meta.ts';
import { ruleAllows } from '../../api/rbac.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { Grant } from '../shared/access/grants.ts';
import type { AccessScope } from '../shared/access/read-access.ts';
import { objectPrinter } from '../shared/object-printer.ts';
import type { ResultOutput } from '../shared/output-format.ts';
import { textTable } from '../shared/text-table.ts';
import type { Question } from './question.ts';
import type { Answer } from './verify-grants.ts';

/** The answers as `-o` asks for them. */
export async function printAnswers(
  answers: readonly Answer[],
  { wanted, text }: Question,
  scope: AccessScope,
  { output, noHeaders, verify }: { output: ResultOutput; noHeaders: boolean; verify: boolean },
  io: IoStreams,
): Promise<void> {
  const { name } = output.format;
  if (name === 'name') {
    const names = answers.map(({ subject: { kind, name: own, namespace } }) =>
      namespace === undefined ? `${kind.toLowerCase()}/${own}` : `${kind.toLowerCase()}/${namespace}:${own}`,
    );
    for (const line of new Set(names)) io.stdout.write(`${line}\n`);
    return;
  }
  if (name !== '' && name !== 'wide') {
    const report = {
      apiVersion: 'kctl.dev/v1',
      kind: 'WhoCan',
      metadata: {},
      asked: { ...wanted, scope },
      grants: answers,
    };
    io.stdout.write((await objectPrinter(output, io))(structuredClone(report) as unknown as KubeObject));
    return;
  }
  if (answers.length === 0) {
    io.stderr.write(`Nobody is given that by RBAC: ${text}${placeText(scope)}\n`);
    return;
  }
  const isWide = name === 'wide';
  const headers = ['KIND', 'NAME', 'NAMESPACE', 'SCOPE', 'BINDING', 'ROLE'];
  if (isWide) headers.push('RULES');
  if (verify) headers.push('SERVER SAYS');
  const rows = answers.map(({ subject, namespace, binding, role, rules, isConfirmed }) => [
    ...[subject.kind, subject.name, subject.namespace ?? ''],
    namespace === undefined ? 'cluster' : `namespace/${namespace}`,
    // The scope says of which kind it is.
    binding.name,
    `${role.kind.toLowerCase()}/${role.name}`,
    ...(isWide
      ? [
          rules
            .filter((rule) => ruleAllows(rule, wanted))
            .map(ruleWords)
            .join('; '),
        ]
      : []),
    ...(verify ? [isConfirmed ? 'yes' : 'no'] : []),
  ]);
  io.stdout.write(textTable(noHeaders ? undefined : headers, rows));
}

function placeText(scope: AccessScope): string {
  return scope.in === 'namespace' ? ` in namespace ${scope.namespace}` : '';
}

/** `get,list pods,services`, `get pods [web]`. */
function ruleWords({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: Grant['rules'][number]): string {
  const groups = apiGroups.filter((group) => group !== '');
  const what = nonResourceURLs.length > 0 && resources.length === 0 ? nonResourceURLs : resources;
  const where = groups.length > 0 ? ` of ${apiGroups.map((group) => group || 'core').join(',')}` : '';
  const only = resourceNames.length > 0 ? ` [${resourceNames.join(',')}]` : '';
  return `${verbs.join(',')} ${what.join(',')}${where}${only}`;
}
