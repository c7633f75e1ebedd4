import { type Container, Containers, isRunning } from '../../oci/containers/containers.ts';
import { defineCommand } from '../command.ts';
import { dockerText, sinceText } from '../image/docker-text.ts';
import { withStore } from '../image/with-store.ts';
import { refuseArguments } from '../shared/no-arguments.ts';

interface ListOptions {
  quiet: boolean;
  isWhole: boolean;
  format: string;
}

/** `kctl container ls`: running and kept, the newest first. */
export const lsCommand = defineCommand<ListOptions>({
  flags: [
    { name: 'quiet', short: 'q', type: 'bool', default: false, describe: 'Print ids only.' },
    { name: 'no-trunc', type: 'bool', default: false, describe: 'Print whole ids and commands.' },
    { name: 'format', type: 'string', default: '', describe: 'json, or a Go template: {{.Names}} {{.Status}}.' },
  ],
  complete({ args, flags }, context) {
    refuseArguments(args, context);
    return { quiet: flags.quiet === true, isWhole: flags['no-trunc'] === true, format: String(flags.format) };
  },
  async run({ quiet, isWhole, format }, { io }) {
    const all = await withStore(io, 'reading containers', async (store) => new Containers(store).list());
    const rows = all.map((container) => rowOf(container, Date.now(), isWhole));
    if (quiet) for (const { ID } of rows) io.stdout.write(`${ID}\n`);
    else io.stdout.write(dockerText(rows, columns, format));
  },
});

const columns = [
  { key: 'ID', header: 'CONTAINER ID' },
  { key: 'Image', header: 'IMAGE' },
  { key: 'Command', header: 'COMMAND' },
  { key: 'RunningFor', header: 'CREATED' },
  { key: 'Status', header: 'STATUS' },
  { key: 'Names', header: 'NAMES' },
];

function rowOf(container: Container, now: number, isWhole: boolean) {
  const { id, image, command, createdAt, name } = container;
  const line = command.join(' ');
  return {
    ID: isWhole ? id : id.slice(0, 12),
    Image: image,
    Command: JSON.stringify(isWhole || line.length <= 20 ? line : `${line.slice(0, 19)}…`),
    RunningFor: sinceText(now - createdAt),
    Status: statusOf(container, now),
    Names: name,
  };
}

function statusOf(container: Container, now: number): string {
  const { end, createdAt } = container;
  if (end) return `Exited (${end.code}) ${sinceText(now - end.at)}`;
  return isRunning(container) ? `Up ${sinceText(now - createdAt).replace(/ ago$/, '')}` : 'Dead';
}
