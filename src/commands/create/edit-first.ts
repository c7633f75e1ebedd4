import type { KubeObject } from '../../api/meta.ts';
import { groupResource } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseFirstYamlDocument } from '../../lib/yaml.ts';
import type { CommandContext } from '../command.ts';
import { editHeader, editSession } from '../edit/session.ts';
import { withLastApplied } from '../shared/last-applied.ts';
import type { Manifest } from '../shared/manifests.ts';
import type { ResultOutput } from '../shared/output-format.ts';
import { postObject } from '../shared/post-object.ts';
import { resultPrinter } from '../shared/result-printer.ts';
import { type FieldValidation, writeQuery } from '../shared/write-flags.ts';

interface EditFirstOptions {
  output: ResultOutput;
  validation: FieldValidation;
  fieldManager: string;
  saveConfig: boolean;
  windowsLineEndings: boolean;
}

/**
 * `create --edit`: lets the user edit one object of a file, and creates what it became.
 * @throws what ends the edit; the file is then kept and named
 */
export async function editFirst(
  { object, resource }: Manifest,
  options: EditFirstOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  const { name } = options.output.format;
  if (name !== '' && name !== 'json' && name !== 'yaml') {
    throw new KctlError(
      'usage',
      `unable to match a printer suitable for the output format "${name}", allowed formats are: json,yaml`,
    );
  }
  await editSession(
    {
      objects: [object],
      format: name === 'json' ? 'json' : 'yaml',
      header: editHeader,
      windowsLineEndings: options.windowsLineEndings,
      validate: (text) => {
        if (options.validation !== 'Ignore') parse(text);
      },
      subject: `${groupResource(resource)} ${JSON.stringify(object.metadata.name ?? '')}`,
      parse: (text) => [parse(text)],
      async send(edited) {
        const printer = await resultPrinter(options.output, 'none', context.io);
        const query = writeQuery({ ...options, dryRun: 'none' });
        for (const each of edited) {
          const body = options.saveConfig ? withLastApplied(each) : each;
          printer.print(resource, await postObject(cluster, resource, body, query, context.signal), 'created');
        }
        return { reasons: [], retryable: false, missing: false };
      },
    },
    context,
  );
}

/** @throws KctlError for what is no object */
function parse(text: string): KubeObject {
  const document = parseFirstYamlDocument(text, 'edited-file', true) as KubeObject | null | undefined;
  const lacks = ['apiVersion', 'kind'].filter((field) => !document?.[field]);
  if (!document || lacks.length > 0) {
    const said = lacks.map((field) => `${field} not set`);
    throw new KctlError('input', said.length === 1 ? said[0]! : `[${said.join(', ')}]`);
  }
  document.metadata ??= {};
  return document;
}
