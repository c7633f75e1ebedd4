import type { SetFault, ShownFault } from '../../api/control/faults.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { Command, Invocation } from '../command.ts';
import { faultFields, faultFlags } from './fault-spec.ts';
import { faultWords } from './fault-words.ts';
import { steerCommand } from './steer.ts';

interface Wanted {
  fields: Record<string, unknown>;
  /** Only faults of requests and watches are narrowed by `--namespace`. */
  byNamespace: boolean;
}

const missing = (what: string) => new KctlError('usage', `say ${what}`);

/** @throws KctlError `usage` */
function noWords({ args }: Invocation): Record<string, unknown> {
  if (args.length > 0) throw new KctlError('usage', `unexpected argument "${args[0]}"`);
  return {};
}

/** What the words behind each kind mean. */
const words: Readonly<Record<string, (invocation: Invocation) => Record<string, unknown>>> = {
  slow({ given, ...rest }) {
    if (!given.has('delay')) throw missing('how long, with --delay');
    return noWords({ given, ...rest });
  },
  status({ args }) {
    const [code, ...more] = args;
    if (code === undefined || !/^\d{3}$/.test(code) || more.length > 0) {
      throw missing('one status to answer: 401, 403, 404, 409, 429, 500, 503 or 504');
    }
    return { code: Number(code) };
  },
  reset: noWords,
  'watch-drop': noWords,
  gone: noWords,
  pull({ given, ...rest }) {
    if (!given.has('image')) throw missing('which images, with --image');
    return given.has('error') ? noWords({ given, ...rest }) : { error: 'not-found' };
  },
  crash({ args }) {
    const [first, second, ...more] = args;
    const [resource, name] = first?.includes('/') ? first.split('/') : [first, second];
    if (!resource || !name || more.length > 0 || (first?.includes('/') && second !== undefined)) {
      throw missing('what crashes: pod/NAME, deployment/NAME');
    }
    return { target: { resource, namespace: 'default', name } };
  },
  partition({ args }) {
    if (args.length === 0) throw missing('which nodes');
    return { nodes: args.map((name) => name.replace(/^(nodes?|no)\//, '')) };
  },
};

const narrowedByNamespace = new Set(['slow', 'status', 'reset', 'watch-drop']);

/** `kctl cluster fault KIND`: sets one fault. */
export function faultCommand(kind: string): Command {
  return steerCommand<Wanted>({
    flags: faultFlags[kind]!.map(({ field: _, read: __, ...flag }) => flag),
    options: (invocation) => ({
      fields: { ...faultFields(kind, invocation), ...words[kind]!(invocation) },
      byNamespace: narrowedByNamespace.has(kind),
    }),
    async run({ fields, byNamespace }, { control, show, globals }) {
      const namespace = globals.namespace as string | undefined;
      const target = fields['target'] as object | undefined;
      const body = {
        ...fields,
        ...(namespace && byNamespace ? { namespaces: [namespace] } : {}),
        ...(namespace && target ? { target: { ...target, namespace } } : {}),
      };
      const answer = await control.call<SetFault>('POST', 'faults', body);
      const { fault, isSet } = answer;
      show(answer, () => [isSet ? `fault ${fault.id} set: ${escapeTerminal(faultWords(fault))}` : done(fault)]);
      // Who wanted a crash and got none is told so.
      return !isSet && kind === 'crash' && fault.strikes === 0 ? 1 : 0;
    },
  });
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** What struck once, and is over. */
function done({ kind, strikes }: ShownFault): string {
  if (kind === 'crash')
    return strikes > 0
      ? `${counted(strikes, 'container', 'containers')} crashed`
      : 'no container runs that could crash';
  if (kind === 'watch-drop') return `${counted(strikes, 'watch', 'watches')} ended`;
  return 'the past is forgotten: watches and lists that go on from it get 410 Gone';
}
