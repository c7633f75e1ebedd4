import { KctlError } from '../../lib/errors.ts';
import { type DialogField, type DialogValues, textField } from '../state/dialog.ts';
import { BenchPage } from '../views/pages/bench-page.ts';
import { say } from '../words/say.ts';
import type { Action } from './action.ts';

/** More than these would be an attack and no measurement. */
const most = { requests: 10_000, atOnce: 50 };

function countOf(text: string | undefined, limit: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > limit) {
    throw new KctlError('usage', `"${text}" is no number from 1 to ${limit}`);
  }
  return count;
}

/** What is asked for, beside what a benchmark is of. */
export function benchFields(): DialogField[] {
  return [
    textField('path', say('Path'), '/'),
    textField('requests', say('Requests'), '200'),
    textField('atOnce', say('At a time'), '5'),
  ];
}

/** @throws KctlError `usage` for what is no count */
export function benchCounts({ path = '/', requests, atOnce }: DialogValues): {
  path: string;
  requests: number;
  atOnce: number;
} {
  return { path, requests: countOf(requests, most.requests), atOnce: countOf(atOnce, most.atOnce) };
}

/** `b` on a service: how quick it answers. */
export const benchAction: Action = {
  id: 'benchmark',
  label: 'Benchmark',
  group: 'Show',
  verb: 'get',
  kinds: ['services'],
  views: ['table'],
  hint: true,
  disabled: ({ target }) => (target ? undefined : 'no row is selected'),
  async plan({ host, target }) {
    const { resource, namespace, name } = target!;
    const { spec } = await host.services.get(resource, namespace, name);
    const [first] = (spec?.ports ?? []) as { port: number }[];
    if (!first) throw new KctlError('input', `service ${name} has no ports`);
    return {
      title: say('Benchmark service {name}', { name: `${namespace}/${name}` }),
      lines: [say('GET requests through the API server. They reach the pods as any others do.')],
      confirmLabel: say('Start'),
      fields: benchFields().toSpliced(1, 0, textField('port', say('Port'), String(first.port))),
    };
  },
  apply({ host, target }, values) {
    const { port = '' } = values;
    host.push(new BenchPage(host.services, { service: target!, port, ...benchCounts(values) }));
  },
};
