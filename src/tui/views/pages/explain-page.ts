import { groupResource, type ResourceInfo } from '../../../api/resource.ts';
import { KctlError } from '../../../lib/errors.ts';
import { escapeTerminal } from '../../../lib/escape.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { DocumentModel } from '../document-model.ts';
import { errorLines, wrapWords } from '../error-lines.ts';
import type { ViewTitle } from '../view-model.ts';
import { readSchema } from './read-schema.ts';
import { type SchemaField, schemaTree } from './schema-tree.ts';
import { quiet, TreePage } from './tree-page.ts';

/** Lines under the tree for what the schema says of the field under the cursor, where there is room. */
const wordLines = 6;
const leastTree = 8;

/** A kind's fields as a tree, each with its type and what is said of it. */
export class ExplainPage extends TreePage {
  readonly #services: DashboardServices;
  readonly #resource: ResourceInfo;
  #path: readonly string[];
  #error: unknown;
  #isLoaded = false;
  #closed = false;

  constructor(services: DashboardServices, resource: ResourceInfo, path: readonly string[]) {
    super({ type: 'page', page: 'explain', of: groupResource(resource) });
    this.#services = services;
    this.#resource = resource;
    this.#path = path;
    this.refresh();
  }

  refresh(): void {
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const fields = schemaTree(await readSchema(this.#services, this.#resource), this.#resource);
      if (!fields) throw new KctlError('api', `the server says nothing of the fields of ${this.#resource.kind}`);
      if (this.#closed) return;
      this.#error = undefined;
      this.#isLoaded = true;
      this.setRoots(fields);
      const path = this.#path;
      this.#path = [];
      if (path.length > 0) this.reveal(path.map((_, index) => path.slice(0, index + 1).join('.')));
    } catch (error) {
      this.#error = error;
      this.bump();
    }
  }

  title(): ViewTitle {
    const { group, version, kind } = this.#resource;
    return {
      kind: 'explain',
      scope: `${kind} ${group ? `${group}/` : ''}${version}`,
      count: this.#isLoaded ? say('{count} fields', { count: this.rows().length }) : '…',
      filter: this.filter() ? `/${this.filter()}` : '',
      notes: [say('* is required')],
    };
  }

  protected notice(width: number, theme: Theme): readonly string[] {
    if (this.#error !== undefined) return errorLines(this.#error, width, theme);
    return quiet(this.#isLoaded ? say('The schema names no fields.') : say('Loading…'), width, theme);
  }

  override lines(width: number, height: number, theme: Theme): readonly string[] {
    const field = this.current()?.node as SchemaField | undefined;
    if (!field || height < leastTree + wordLines + 1) return super.lines(width, height, theme);
    const tree = super.lines(width, height - wordLines - 1, theme);
    const space = Array.from({ length: height - wordLines - 1 - tree.length }, () => '');
    return [...tree, ...space, theme.paint('border', '─'.repeat(width)), ...this.#words(field, width, theme)];
  }

  /** All that is said of a field, in the lines there are. */
  #words(field: SchemaField, width: number, theme: Theme): string[] {
    const required = field.isRequired ? `  ${say('required')}` : '';
    const head = ` ${escapeTerminal(field.path.join('.'))}  <${escapeTerminal(field.type)}>${required}`;
    const values = field.values.length > 0 ? [`${say('One of')}: ${field.values.join(', ')}`] : [];
    const said = [...values, field.description || say('Nothing more is said of it.')];
    const lines = said.flatMap((text) => wrapWords(escapeTerminal(text), width - 4));
    const shown = lines.length < wordLines ? lines : [...lines.slice(0, wordLines - 2), `${lines[wordLines - 2]} …`];
    return [
      theme.paint('text.strong', head.slice(0, width)),
      ...shown.map((line) => `  ${theme.paint('text', line)}`),
    ].slice(0, wordLines);
  }

  /** The whole text, as the command line says it. */
  enter(host: ActionHost): void {
    const field = this.current()?.node as SchemaField | undefined;
    const name = [this.#resource.plural, ...(field?.path ?? [])].join('.');
    const { group, version } = this.#resource;
    host.push(
      new DocumentModel({
        view: { type: 'document', content: 'explain', of: name },
        async load() {
          const { code, stdout, stderr } = await host.services.run([
            'explain',
            name,
            `--api-version=${group ? `${group}/` : ''}${version}`,
          ]);
          if (code !== 0) throw new KctlError('api', stderr.trim());
          return stdout;
        },
      }),
    );
  }

  close(): void {
    this.#closed = true;
  }
}
