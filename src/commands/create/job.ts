import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { ErrorList } from '../shared/errors.ts';
import { selectObjects } from '../shared/select-objects.ts';
import { creationCommand, type MakeRequest } from './creation.ts';

/** `kctl create job`: with an image of its own, or from the template of a cron job. */
export const createJobCommand = creationCommand({
  apiVersion: 'batch/v1',
  kind: 'Job',
  flags: [
    { name: 'from', type: 'string', default: '', describe: 'Cron job to take the template of: cronjob/NAME.' },
    { name: 'image', type: 'string', default: '', describe: 'Image to run.' },
  ],
  failure: 'failed to create job: ',
  check({ flags, command }) {
    if ((flags.image === '') === (flags.from === '')) {
      throw new KctlError('usage', 'either --image or --from must be specified');
    }
    if (command.length > 0 && flags.from !== '') throw new KctlError('usage', 'cannot specify --from and command');
  },
  async make(request) {
    const { name, flags, command } = request;
    if (flags.image === '') return fromCronJob(name, await cronJobOf(request));
    const containers = [{ name, image: flags.image, ...(command.length > 0 && { command }) }];
    return { metadata: { name }, spec: { template: { spec: { containers, restartPolicy: 'Never' } } } };
  },
});

async function cronJobOf({ flags, cluster, context }: MakeRequest): Promise<KubeObject> {
  const selection = {
    ...{ args: [String(flags.from)], selector: '', fieldSelector: '' },
    files: { filenames: [], kustomize: '', recursive: false },
    ...{ all: false, allNamespaces: false, local: false },
  };
  const found: KubeObject[] = [];
  for await (const item of selectObjects(selection, cluster, context)) {
    if (item instanceof KctlError) throw item instanceof ErrorList ? item.errors[0] : item;
    found.push(item.object);
  }
  const [cronJob] = found;
  if (!cronJob || found.length > 1) throw new KctlError('input', 'from must be an existing cronjob');
  if (cronJob.apiVersion === 'batch/v1' && cronJob.kind === 'CronJob') return cronJob;
  throw new KctlError('input', `unknown object type ${goType(cronJob)}`);
}

/** `*v1.Pod`, as Go names the types of objects. */
function goType({ apiVersion, kind }: KubeObject): string {
  return `*${apiVersion.slice(apiVersion.lastIndexOf('/') + 1)}.${kind}`;
}

/** As the controller makes jobs of a cron job, with a mark that somebody asked for this one. */
function fromCronJob(name: string, { metadata, spec }: KubeObject) {
  const { metadata: template, spec: job } = spec.jobTemplate;
  return {
    metadata: {
      name,
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...template?.annotations },
      labels: template?.labels,
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name!, uid: metadata.uid!, controller: true },
      ],
    },
    spec: job,
  };
}
