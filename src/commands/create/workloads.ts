import { randomInt } from 'node:crypto';
import { KctlError } from '../../lib/errors.ts';
import { creationCommand } from './creation.ts';

/** `kctl create deployment`: a container for each image, all of them with the same command. */
export const createDeploymentCommand = creationCommand({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  flags: [
    { name: 'image', type: 'stringSlice', default: [], describe: 'Image to run; repeat it for more containers.' },
    { name: 'port', type: 'int32', default: -1, describe: 'Port that the first container opens.' },
    { name: 'replicas', short: 'r', type: 'int32', default: 1, describe: 'How many pods to run.' },
  ],
  required: ['image'],
  failure: 'failed to create deployment: ',
  check({ flags, command }) {
    if ((flags.image as readonly string[]).length > 1 && command.length > 0) {
      throw new KctlError('usage', 'cannot specify multiple --image options and command');
    }
  },
  make({ name, flags, command }) {
    const labels = { app: name };
    const containers = (flags.image as readonly string[]).map((image) => ({
      ...{ name: containerName(image), image },
      ...(command.length > 0 && { command }),
    }));
    const port = Number(flags.port);
    if (port >= 0 && containers[0]) Object.assign(containers[0], { ports: [{ containerPort: port }] });
    return {
      metadata: { name, labels },
      spec: {
        replicas: Number(flags.replicas),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    };
  },
});

/** What the server makes the ends of names of. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

/** The image without registry, tag and digest; where it had to be changed a random end keeps it apart from others. */
function containerName(image: string): string {
  const [base = ''] = image.slice(image.lastIndexOf('/') + 1).split(/[:@]/, 1);
  if (!/[_.]/.test(base)) return base;
  const end = Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return `${base.replace(/[_.]/g, '-')}-${end}`;
}

/** `kctl create cronjob`. */
export const createCronJobCommand = creationCommand({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  flags: [
    { name: 'image', type: 'string', default: '', describe: 'Image to run.' },
    { name: 'restart', type: 'string', default: '', describe: 'When containers start again: OnFailure or Never.' },
    { name: 'schedule', type: 'string', default: '', describe: 'When the job runs, as cron writes it.' },
  ],
  required: ['image', 'schedule'],
  failure: 'failed to create cronjob: ',
  make({ name, flags, command }) {
    const containers = [{ name, image: flags.image, ...(command.length > 0 && { command }) }];
    const restartPolicy = flags.restart || 'OnFailure';
    return {
      metadata: { name },
      spec: {
        schedule: flags.schedule,
        jobTemplate: { metadata: { name }, spec: { template: { spec: { containers, restartPolicy } } } },
      },
    };
  },
});
