import { groupResource } from '../../api/resource.ts';
import { kctlVersion } from '../../lib/version.ts';
import { toYaml } from '../../lib/yaml.ts';
import { redactObject, redactText } from '../../store/redact.ts';
import type { DashboardServices } from '../services.ts';
import type { ObjectRef } from '../views/view.ts';

/** Lines of each log that are kept. */
const logTail = 200;

interface Part {
  title: string;
  text: string;
}

/** What a report asks the command line for, by title; of pods also their logs. */
function questions({ resource, namespace, name }: ObjectRef): { title: string; argv: string[] }[] {
  const object = `${groupResource(resource)}/${name}`;
  const place = namespace ? ['-n', namespace] : [];
  const logs = ['logs', name, ...place, '--all-containers', '--prefix', `--tail=${logTail}`];
  return [
    { title: 'Why', argv: ['why', object, ...place] },
    { title: 'Tree', argv: ['tree', object, ...place] },
    { title: 'Events', argv: ['events', '--for', object, ...place] },
    ...(groupResource(resource) === 'pods'
      ? [
          { title: `Log, last ${logTail} lines of each container`, argv: logs },
          { title: 'Log before the last restart', argv: [...logs, '--previous'] },
        ]
      : []),
    { title: 'Versions', argv: ['version'] },
  ];
}

/**
 * A report of one object for somebody else to look at, in Markdown: what it is, what happened to it, its logs and
 * why it is as it is. Redacted: data of Secrets, values of variables, tokens. What cannot be had says why.
 */
export async function bundleOf(services: DashboardServices, ref: ObjectRef): Promise<string> {
  const { resource, namespace, name } = ref;
  const { cluster, timing } = services;
  const reason = (error: unknown) => `(${(error as Error).message})`;
  const yaml = services.get(resource, namespace, name).then((object) => toYaml(redactObject(object)), reason);
  const describe = services.describe(ref).catch(reason);
  const asked = questions(ref).map(async ({ title, argv }): Promise<Part> => {
    const { code, stdout, stderr } = await services.run(argv);
    const text = code === 0 ? stdout : `${stdout}(${stderr.trim() || `exit code ${code}`})`;
    return { title: `${title}: \`kctl ${argv.join(' ')}\``, text };
  });
  const parts: Part[] = [
    { title: 'Description', text: await describe },
    { title: 'Object', text: await yaml },
    ...(await Promise.all(asked)),
  ];
  const head = [
    `# ${groupResource(resource)} ${namespace ? `${namespace}/` : ''}${name}`,
    '',
    `Reported by kctl ${kctlVersion} at ${new Date(timing.now()).toISOString()}, context ${cluster.contextName || '-'}.`,
    'Redacted: data of Secrets, values of environment variables, tokens and keys. Look through it before you give it away.',
  ];
  return `${[...head, ...parts.map(section)].join('\n')}\n`;
}

function section({ title, text }: Part): string {
  const clean = redactText(text).trimEnd();
  // A fence longer than any in the text, so that a log cannot end it.
  const fence = '`'.repeat(Math.max(3, ...[...clean.matchAll(/`{3,}/g)].map(([run]) => run.length + 1)));
  return `\n## ${title}\n\n${fence}\n${clean === '' ? '(nothing)' : clean}\n${fence}`;
}
