import { KctlError } from '../../lib/errors.ts';
import { textField } from '../state/dialog.ts';
import { refArgument } from '../views/ref-text.ts';
import { rolloutKinds } from '../views/rollout/rollout-kinds.ts';
import { openRollout } from '../views/rollout/rollout-page.ts';
import type { ObjectRef } from '../views/view.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext, ActionHost } from './action.ts';
import type { Change } from './change/change.ts';
import { changing } from './change/changing.ts';
import { propose } from './change/propose.ts';
import { templateOf } from './change/revisions.ts';
import { namespaceFlags } from './change/steps.ts';
import { targetsOf } from './change/targets.ts';

const live = ({ host }: ActionContext, { resource, namespace, name }: ObjectRef) =>
  host.services.get(resource, namespace, name);

/** Changes of how far a rollout is, and of which revision runs. */
export const rolloutChanges: readonly Action[] = [
  goingBack({
    id: 'rollback',
    label: 'Roll back to this',
    right: { verb: 'patch', resource: 'deployments.apps' },
    kinds: ['replicasets.apps'],
    hint: true,
    async make(context, [target]) {
      const { metadata } = await live(context, target!);
      const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Deployment');
      const revision = metadata.annotations?.['deployment.kubernetes.io/revision'];
      if (!owner || !revision) throw new KctlError('input', say('no deployment owns this replica set'));
      const resource = await context.host.resolveKind('deployments.apps');
      const deployment: ObjectRef = { resource, namespace: target!.namespace, name: owner.name };
      return undoOf(context.host, deployment, revision);
    },
  }),
  goingBack({
    id: 'rollout-undo',
    label: 'Roll back',
    kinds: rolloutKinds,
    async make({ host }, [target]) {
      const argv = ['rollout', 'history', refArgument(target!), ...namespaceFlags([target!])];
      const { stdout, stderr, code } = await host.services.run(argv);
      if (code !== 0) throw new KctlError('api', stderr.trim());
      const revisions = [...stdout.matchAll(/^(\d+)\s+(.*)$/gm)].map(([, id = '', cause = '']) => ({ id, cause }));
      if (revisions.length < 2) throw new KctlError('input', say('there is no other revision to go back to'));
      // The newest is what runs.
      const items = revisions
        .slice(0, -1)
        .reverse()
        .map(({ id, cause }) => ({ id, label: say('revision {id}', { id }), detail: cause }));
      const picked = await host.pick({ title: say('Roll back to'), items });
      return picked && undoOf(host, target!, picked.items[0]!.id);
    },
  }),
  changing({
    id: 'rollout-pause',
    label: 'Pause, resume',
    verb: 'patch',
    kinds: ['deployments.apps'],
    async make(context, targets) {
      const paused = (await live(context, targets[0]!)).spec?.paused === true;
      const patch = JSON.stringify({ spec: { paused: paused ? null : true } });
      return {
        title: paused ? say('Resume the rollout?') : say('Pause the rollout?'),
        confirmLabel: paused ? 'Resume' : 'Pause',
        targets,
        argv: (refs) => [
          ...['rollout', paused ? 'resume' : 'pause', ...refs.map(refArgument)],
          ...namespaceFlags(refs),
        ],
        rehearsal: (ref) => ['patch', refArgument(ref), '--type=merge', '-p', patch, ...namespaceFlags([ref])],
        preview: 'fields',
        done: paused ? 'Resumed {what}' : 'Paused {what}',
      };
    },
  }),
  changing({
    id: 'rollout-promote',
    label: 'Promote',
    verb: 'patch',
    kinds: ['deployments.apps', 'statefulsets.apps'],
    async make(context, [target]) {
      const { kind, spec } = await live(context, target!);
      const partition: number = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
      const isSet = kind === 'StatefulSet';
      if (isSet ? partition === 0 : spec?.paused !== true) {
        throw new KctlError(
          'input',
          isSet ? say('no partition holds back a pod') : say('only a paused deployment can be promoted'),
        );
      }
      const argv = (refs: readonly ObjectRef[], { to = '' }: Readonly<Record<string, string>>) => [
        ...['rollout', 'promote', ...refs.map(refArgument)],
        ...(to === '' ? [] : to === 'full' ? ['--full'] : [`--to=${to}`]),
        ...namespaceFlags(refs),
      ];
      return {
        title: say('Let the rollout go on?'),
        lines: [
          isSet ? say('Pods that the partition holds back: {count}', { count: partition }) : say('It is paused.'),
        ],
        confirmLabel: 'Promote',
        fields: [textField('to', 'New pods (5, 25%, full)', '', promoteGoal)],
        targets: [target!],
        argv,
        // What it says that it would do; a step of a deployment takes its time, and the view shows it.
        preview: async (values, signal) => {
          const line = [...argv([target!], values), '--dry-run=server'];
          const { stdout, stderr } = await context.host.services.run(line, { signal });
          return (stdout + stderr).trimEnd().split('\n');
        },
        done: 'Promoted {what}',
      };
    },
  }),
];

const promoteGoal = (text: string): string | undefined =>
  /^(?:|full|\d{1,9}|\d{1,3}%)$/.test(text) ? undefined : say('a number, a share (25%) or full is needed');

interface GoingBack extends Pick<Action, 'id' | 'label'> {
  kinds: readonly string[];
  right?: NonNullable<Action['right']>;
  hint?: boolean;
  make(context: ActionContext, targets: readonly ObjectRef[]): Promise<Change | undefined>;
}

/** Goes back to a revision, and then shows how that goes. */
function goingBack({ make, ...rest }: GoingBack): Action {
  const right = rest.right ?? { verb: 'patch' };
  return {
    ...changing({ ...rest, verb: 'patch', right, make }),
    async apply(context) {
      const { host, model } = context;
      const change = await make(context, targetsOf(context));
      const [target] = change?.targets ?? [];
      if (!change || !target) return;
      const tally = await propose(context, { access: right, ...change });
      const isShown = model.view.type === 'page' && model.view.page === 'rollout';
      // The user may have gone on meanwhile.
      if (tally && tally.done.length > 0 && !isShown && host.current() === model) host.push(openRollout(host, target));
    },
  };
}

/** A dry run of `rollout undo` prints the workload as it was: what comes of it is the template of that revision. */
async function undoOf(host: ActionHost, target: ObjectRef, revision: string): Promise<Change> {
  const template = await templateOf(host, target, revision);
  const patch = JSON.stringify([{ op: 'replace', path: '/spec/template', value: template }]);
  return {
    title: say('Roll back to revision {revision}?', { revision }),
    confirmLabel: 'Roll back',
    targets: [target],
    argv: (refs) => [
      ...['rollout', 'undo', ...refs.map(refArgument), `--to-revision=${revision}`],
      ...namespaceFlags(refs),
    ],
    ...(template && {
      rehearsal: (ref: ObjectRef) => ['patch', refArgument(ref), '--type=json', '-p', patch, ...namespaceFlags([ref])],
      preview: 'fields' as const,
    }),
    done: 'Rolled back {what}',
  };
}
