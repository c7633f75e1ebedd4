import { groupResource } from '../../../api/resource.ts';
import { type DialogField, textField } from '../../state/dialog.ts';
import { refArgument } from '../../views/ref-text.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { Action, ActionContext } from '../action.ts';
import { changing } from './changing.ts';
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
