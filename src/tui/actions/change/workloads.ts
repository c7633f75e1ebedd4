import { groupResource } from '../../../api/resource.ts';
import { KctlError } from '../../../lib/errors.ts';
import { type DialogField, textField } from '../../state/dialog.ts';
import { refArgument } from '../../views/ref-text.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { Action, ActionContext, ActionHost } from '../action.ts';
import type { Change } from './change.ts';
import { changing } from './changing.ts';
import { templateOf } from './revisions.ts';
import { namespaceFlags } from './steps.ts';
import { needsObject, targetsOf } from './targets.ts';

const workloads = ['deployments.apps', 'statefulsets.apps', 'daemonsets.apps'];

/** Kinds whose replicas everybody scales; what else has a scale subresource says so itself. */
const scalable: ReadonlySet<string> = new Set([
  'deployments.apps',
  'statefulsets.apps',
  'replicasets.apps',
  'replicationcontrollers',
]);

const wholeNumber = (text: string): string | undefined =>
  /^\d{1,9}$/.test(text) ? undefined : say('a whole number is needed');

function needsScale(context: ActionContext): string | undefined {
  const other = targetsOf(context).find(
    ({ resource }) =>
      !scalable.has(groupResource(resource)) && !resource.subresources.some((one) => one.name === 'scale'),
  );
  return needsObject(context) ?? (other ? `${other.resource.plural} have no replicas to set` : undefined);
}

async function live({ host }: ActionContext, { resource, namespace, name }: ObjectRef) {
  return host.services.get(resource, namespace, name);
}

/** A restart has no dry run of its own: it is this annotation. */
function restartPatch(now: number): string {
  const stamp = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const annotations = { 'kubectl.kubernetes.io/restartedAt': stamp };
  return JSON.stringify({ spec: { template: { metadata: { annotations } } } });
}

/** The pod template of a workload, or a pod's own spec. */
function containersOf(object: Awaited<ReturnType<typeof live>>) {
  const spec = object.spec?.template?.spec ?? object.spec ?? {};
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])] as { name: string; image: string }[];
}

export const workloadActions: readonly Action[] = [
  changing({
    id: 'scale',
    label: 'Scale',
    verb: 'patch',
    right: { verb: 'patch', subresource: 'scale' },
    hint: true,
    optional: true,
    disabled: needsScale,
    async make(context, targets) {
      const replicas = targets.length === 1 ? (await live(context, targets[0]!)).spec?.replicas : undefined;
      return {
        title: say('Scale?'),
        confirmLabel: 'Scale',
        fields: [textField('replicas', 'Replicas', replicas === undefined ? '' : String(replicas), wholeNumber)],
        targets,
        argv: (refs, { replicas: count = '' }) => [
          'scale',
          ...refs.map(refArgument),
          `--replicas=${count}`,
          ...namespaceFlags(refs),
        ],
        // A dry run of `scale` prints the object as it was.
        rehearsal: (ref, { replicas: count = '' }) => [
          ...['patch', refArgument(ref), '--type=merge', '-p', JSON.stringify({ spec: { replicas: Number(count) } })],
          ...namespaceFlags([ref]),
        ],
        preview: 'fields',
        done: 'Scaled {what}',
      };
    },
  }),
  changing({
    id: 'restart',
    label: 'Restart',
    verb: 'patch',
    kinds: workloads,
    hint: true,
    make: ({ host }, targets) => ({
      title: say('Restart?'),
      lines: [say('Its pods are replaced, as its strategy says, a few at a time.')],
      confirmLabel: 'Restart',
      targets,
      argv: (refs) => ['rollout', 'restart', ...refs.map(refArgument), ...namespaceFlags(refs)],
      rehearsal: (ref) => [
        ...['patch', refArgument(ref), '--type=merge', '-p', restartPatch(host.services.timing.now())],
        ...namespaceFlags([ref]),
      ],
      preview: 'fields',
      done: 'Restarted {what}',
    }),
  }),
  changing({
    id: 'set-image',
    label: 'Set image',
    verb: 'patch',
    kinds: [...workloads, 'replicasets.apps', 'pods'],
    hint: true,
    async make(context, [target]) {
      const containers = containersOf(await live(context, target!));
      const set = (values: Readonly<Record<string, string>>) =>
        containers.filter(({ name, image }) => values[name] !== undefined && values[name] !== image);
      return {
        title: say('Set image'),
        confirmLabel: 'Set',
        fields: containers.map(
          ({ name, image }): DialogField =>
            textField(name, name, image, (text) => (/^\S+$/.test(text) ? undefined : say('an image is needed'))),
        ),
        targets: [target!],
        argv: (refs, values) => [
          ...['set', 'image', ...refs.map(refArgument)],
          // Where nothing is changed the command says what it would set, and changes nothing.
          ...(set(values).length > 0 ? set(values) : containers).map(({ name }) => `${name}=${values[name]}`),
          ...namespaceFlags(refs),
        ],
        preview: 'fields',
        done: 'Set the image of {what}',
      };
    },
  }),
  changing({
    id: 'rollback',
    label: 'Roll back to this',
    verb: 'patch',
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
  changing({
    id: 'rollout-undo',
    label: 'Roll back',
    verb: 'patch',
    kinds: workloads,
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
    id: 'trigger',
    label: 'Trigger',
    verb: 'create',
    right: { verb: 'create', resource: 'jobs.batch' },
    kinds: ['cronjobs.batch'],
    hint: true,
    danger: false,
    make: ({ host }, targets) => {
      const suffix = Math.floor(host.services.timing.now() / 1000).toString(36);
      // A job's name ends up in a label, and its pods' names are longer still.
      const jobName = (name: string) => `${name.slice(0, 40)}-${suffix}`;
      const [only] = targets;
      return {
        title: say('Run now?'),
        confirmLabel: 'Run',
        fields: targets.length === 1 ? [textField('name', 'Job', jobName(only!.name), subdomain)] : [],
        targets,
        each: true,
        argv: ([ref], { name }) => [
          ...['create', 'job', name ?? jobName(ref!.name), `--from=cronjob/${ref!.name}`],
          ...namespaceFlags([ref!]),
        ],
        done: 'Started a job of {what}',
      };
    },
  }),
  changing({
    id: 'suspend',
    label: 'Suspend, resume',
    verb: 'patch',
    kinds: ['cronjobs.batch'],
    hint: true,
    async make(context, targets) {
      const suspended = (await live(context, targets[0]!)).spec?.suspend === true;
      const patch = JSON.stringify({ spec: { suspend: !suspended } });
      return {
        title: suspended ? say('Resume?') : say('Suspend?'),
        confirmLabel: suspended ? 'Resume' : 'Suspend',
        targets,
        argv: (refs) => ['patch', ...refs.map(refArgument), '-p', patch, ...namespaceFlags(refs)],
        each: true,
        preview: 'fields',
        done: suspended ? 'Resumed {what}' : 'Suspended {what}',
      };
    },
  }),
];

const subdomain = (text: string): string | undefined =>
  /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text) ? undefined : say('lower case letters, digits, - and . are a name');

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
