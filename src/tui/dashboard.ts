import { groupResource, type ResourceInfo } from '../api/resource.ts';
import { findBuiltin } from '../api/resources.ts';
import type { SourceState } from '../api/source.ts';
import { KctlError } from '../lib/errors.ts';
import type { TableSort } from '../store/compact-row.ts';
import { Observable } from '../store/observable.ts';
import type { Theme } from '../theme/theme.ts';
import type { Action, ActionContext, ActionHost } from './actions/action.ts';
import { actionForKey, reasonDisabled } from './actions/registry.ts';
import { keyLabel } from './keys.ts';
import { computeLayout, type Layout } from './layout/layout.ts';
import type { DashboardServices } from './services.ts';
import { afterFirstRows } from './state/after-first-rows.ts';
import { ClusterFacts } from './state/cluster-facts.ts';
import { type CompletionFacts, completeCommand, parseCommand } from './state/command-line.ts';
import { type DialogState, dialogInput, openDialog } from './state/dialog.ts';
import { checkNamespace, completionFacts, resolveKind } from './state/known-names.ts';
import { openPrompt, type PromptContext, type PromptState, promptInput } from './state/prompt.ts';
import { Toasts } from './state/toasts.ts';
import { VisitedViews } from './state/visited-views.ts';
import type { InputEvent, KeyEvent, MouseEvent } from './term/key.ts';
import { openHelp } from './views/help-page.ts';
import {
  aliasesResource,
  aliasesSource,
  containersResource,
  containersSource,
  contextsResource,
  contextsSource,
} from './views/local-tables.ts';
import { openRollout } from './views/rollout-model.ts';
import { TableModel } from './views/table-model.ts';
import type { TableView } from './views/view.ts';
import type { ViewModel } from './views/view-model.ts';
import { dialogLines, dialogSize, dialogStopAt } from './widgets/dialog-lines.ts';

/** What the chrome around the view is drawn from. */
export interface DashboardSnapshot {
  stack: readonly ViewModel[];
  theme: Theme;
  prompt: PromptState | undefined;
  dialog: DialogState | undefined;
  columns: number;
  rows: number;
  header: boolean;
  namespace: string | undefined;
}

export interface DashboardOptions {
  services: DashboardServices;
  theme: Theme;
  columns: number;
  rows: number;
  themeNames: readonly string[];
  loadTheme(name: string): Theme;
  onQuit(): void;
}

/** Where the name says little: what happened last stands first. */
const newestFirst: TableSort = { column: 'Age', descending: false };
const sortOfKind: Readonly<Record<string, TableSort>> = {
  events: newestFirst,
  'events.events.k8s.io': newestFirst,
};

type NewTable = Pick<TableView, 'resource'> & Partial<TableView>;

/** From this width on there is room for the columns that `-o wide` adds. */
const wideFrom = 160;
const wheelLines = 3;

/** The dashboard without its widgets: what is open, what input does to it. */
export class Dashboard extends Observable<DashboardSnapshot> implements ActionHost {
  services: DashboardServices;
  readonly toasts: Toasts;
  facts: ClusterFacts;
  readonly #options: DashboardOptions;
  readonly #history: Record<PromptState['mode'], string[]> = { command: [], filter: [] };
  #completion: CompletionFacts;
  readonly #visited = new VisitedViews();
  #onDialog: ((values: Record<string, string> | undefined) => void) | undefined;
  #filterBefore = '';
  #later: { cancel(): void } | undefined;

  constructor(options: DashboardOptions) {
    const { services, theme, columns, rows } = options;
    const { namespace } = services.cluster;
    super({ stack: [], theme, prompt: undefined, dialog: undefined, columns, rows, header: true, namespace });
    this.#options = options;
    this.services = services;
    this.toasts = new Toasts(services.timing);
    this.facts = new ClusterFacts(services);
    this.#completion = { resources: [], namespaces: [], contexts: [], themes: options.themeNames };
  }

  /** Opens the first view. It is a built-in kind, so it needs no word of the server: what fails shows in the view. */
  start(kind = 'pods'): void {
    const resource = findBuiltin(kind);
    if (!resource) throw new KctlError('internal', `there is no built-in kind ${kind}`);
    this.switchTable({ resource });
    this.#later = afterFirstRows(this.current(), this.services.timing, () => {
      this.facts.start();
      this.#loadCompletion();
    });
  }

  #set(change: Partial<DashboardSnapshot>): void {
    this.publish({ ...this.getSnapshot(), ...change });
  }

  get namespace(): string | undefined {
    return this.getSnapshot().namespace;
  }

  current(): ViewModel {
    return this.getSnapshot().stack.at(-1)!;
  }

  /** How fresh what is on the screen is: the nearest live view's word for it. */
  connection(): SourceState | undefined {
    return this.getSnapshot()
      .stack.findLast((model) => model.connection() !== undefined)
      ?.connection();
  }

  layout(): Layout | undefined {
    const { columns, rows, header, prompt, dialog } = this.getSnapshot();
    const size = dialog && dialogSize(dialog, columns);
    return computeLayout(columns, rows, { header, prompt: prompt !== undefined, dialog: size });
  }

  resize(columns: number, rows: number): void {
    this.#set({ columns, rows });
  }

  // --- views

  #model(view: NewTable): TableModel {
    const { namespace } = this;
    const scope = view.scope ?? (view.resource.namespaced && namespace !== undefined ? { namespace } : {});
    const wide = this.getSnapshot().columns >= wideFrom;
    const sort = sortOfKind[groupResource(view.resource)];
    const whole: TableView = { filter: '', wide, faults: false, ...(sort && { sort }), ...view, type: 'table', scope };
    return new TableModel(whole, () => this.#source(whole), this.services.timing);
  }

  #source(view: TableView) {
    const kind = groupResource(view.resource);
    if (kind === groupResource(contextsResource)) return contextsSource(this.services);
    if (kind === groupResource(aliasesResource)) return aliasesSource(this.services);
    if (kind === groupResource(containersResource) && view.parent) {
      return containersSource(this.services, view.parent.resource, view.parent.namespace ?? '', view.parent.name);
    }
    return this.services.tableSource(view.resource, view.scope);
  }

  push(model: ViewModel): void {
    this.#set({ stack: [...this.getSnapshot().stack, model] });
  }

  openTable(view: NewTable): void {
    this.push(this.#model(view));
  }

  switchTable(view: NewTable): void {
    const here = this.#firstView();
    if (here) this.#visited.leave(here);
    this.#show(view);
  }

  #show(view: NewTable): void {
    const before = this.getSnapshot().stack;
    this.#set({ stack: [this.#model(view)] });
    for (const model of before) model.close();
  }

  #firstView(): TableView | undefined {
    const [model] = this.getSnapshot().stack;
    return model instanceof TableModel ? model.view : undefined;
  }

  /** Goes along the tables that commands opened. */
  visit(where: 'before' | 'after' | 'last'): void {
    const here = this.#firstView();
    const view = here && this.#visited.go(where, here);
    if (!view) {
      this.toast('info', where === 'after' ? 'This is the newest view.' : 'There is no view before this one.');
      return;
    }
    if (view.resource.namespaced) this.#set({ namespace: view.scope.namespace });
    this.#show(view);
  }

  back(): boolean {
    const { stack } = this.getSnapshot();
    if (stack.length < 2) return false;
    this.#set({ stack: stack.slice(0, -1) });
    stack.at(-1)!.close();
    return true;
  }

  openHelp(): void {
    this.push(openHelp(this.#context()));
  }

  setNamespace(namespace: string | undefined): void {
    this.#set({ namespace });
    const model = this.current();
    // Where no kind of that namespace is on the screen, its pods are what is asked for.
    if (!(model instanceof TableModel) || !model.view.resource.namespaced || model.view.parent) {
      this.switchTable({ resource: findBuiltin('pods')! });
      return;
    }
    const { resource, filter, wide, faults, sort } = model.view;
    this.switchTable({ resource, filter, wide, faults, ...(sort ? { sort } : {}) });
  }

  async switchContext(name: string): Promise<void> {
    if (name === this.services.cluster.contextName) {
      this.switchTable({ resource: findBuiltin('pods')! });
      return;
    }
    const services = await this.services.openContext(name);
    this.facts.stop();
    this.services.cluster.transport.close();
    this.services = services;
    this.facts = new ClusterFacts(services);
    this.#set({ namespace: services.cluster.namespace });
    this.facts.start();
    this.#loadCompletion();
    // Views of the other cluster mean nothing here.
    this.#visited.clear();
    this.#show({ resource: findBuiltin('pods')! });
    this.toast('info', `Context ${name}`);
  }

  // --- messages and questions

  toast(kind: 'info' | 'error', text: string): void {
    this.toasts.show(kind, text);
  }

  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const hint = error instanceof KctlError ? error.hint : undefined;
    this.toast('error', hint ? `${/[.!?]$/.test(message) ? message : `${message}.`} ${hint}` : message);
  }

  async #run(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
  }

  quit(): void {
    this.#options.onQuit();
  }

  toggleHeader(): void {
    this.#set({ header: !this.getSnapshot().header });
  }

  redraw(): void {
    this.#set({});
  }

  /** Stops everything that runs. */
  close(): void {
    this.#later?.cancel();
    this.facts.stop();
    this.toasts.clear();
    for (const model of this.getSnapshot().stack) model.close();
  }

  // --- input

  handle(event: InputEvent): void {
    const { prompt, dialog, stack } = this.getSnapshot();
    if (event.type === 'focus') return;
    if (dialog) this.#dialogEvent(dialog, event);
    else if (event.type === 'mouse') this.#mouse(event);
    else if (prompt) this.#promptEvent(prompt, event);
    else if (event.type === 'key' && stack.length > 0) this.#key(event);
  }

  #context(): ActionContext {
    const model = this.current();
    return { host: this, model, target: model.target() };
  }

  #key(event: KeyEvent): void {
    const action = actionForKey(event.id, this.current().view.type);
    if (action) this.perform(action, keyLabel(event.id));
  }

  /** Does what an action says: refuses with its reason, asks where it has a plan, and shows what fails. */
  perform(action: Action, key = ''): void {
    const context = this.#context();
    const reason = reasonDisabled(action, context);
    if (reason) {
      this.toast('info', `${key ? `${key} ` : ''}${action.label}: ${reason}`);
      return;
    }
    const plan = action.plan?.(context);
    if (!plan) {
      void this.#run(() => action.apply(context, {}));
      return;
    }
    this.#onDialog = (values) => {
      if (values) void this.#run(() => action.apply(context, values));
    };
    this.#set({ dialog: openDialog({ ...plan, danger: action.danger ?? false }) });
  }

  /** A click puts the focus where it is and does what enter does there. */
  #dialogClick(dialog: DialogState, event: MouseEvent): void {
    const rect = this.layout()?.dialog;
    if (!rect || event.action !== 'press' || event.button !== 'left') return;
    const lines = dialogLines(dialog, rect.width, rect.height, this.getSnapshot().theme).length;
    const focus = dialogStopAt(dialog, rect.width, lines, event.x - rect.x, event.y - rect.y);
    if (focus !== undefined) this.#dialogEvent({ ...dialog, focus }, { type: 'key', id: 'enter' });
  }

  #dialogEvent(dialog: DialogState, event: InputEvent): void {
    if (event.type === 'mouse') {
      this.#dialogClick(dialog, event);
      return;
    }
    const next = dialogInput(dialog, event);
    if (!('confirmed' in next)) {
      this.#set({ dialog: next });
      return;
    }
    const answer = this.#onDialog;
    this.#onDialog = undefined;
    this.#set({ dialog: undefined });
    answer?.(next.confirmed ? next.values : undefined);
  }

  #mouse(event: MouseEvent): void {
    const layout = this.layout();
    const { stack } = this.getSnapshot();
    if (!layout || stack.length === 0) return;
    if (event.action === 'wheel-up') this.current().move('up', wheelLines);
    if (event.action === 'wheel-down') this.current().move('down', wheelLines);
    const inBody = event.y >= layout.body.y && event.y < layout.body.y + layout.body.height;
    if (event.action === 'press' && event.button === 'left' && inBody) this.current().click?.(event.y - layout.body.y);
  }

  // --- prompt

  #promptContext(mode: PromptState['mode']): PromptContext {
    return {
      history: this.#history[mode],
      suggest: (text) => (mode === 'command' && text !== '' ? completeCommand(text, this.#completion) : []),
    };
  }

  prompt(mode: 'command' | 'filter', text = ''): void {
    this.#filterBefore = mode === 'filter' ? this.current().filter() : '';
    this.#set({ prompt: openPrompt(mode, text, this.#promptContext(mode)) });
  }

  #promptEvent(prompt: PromptState, event: InputEvent): void {
    const result = promptInput(prompt, event, this.#promptContext(prompt.mode));
    if (result.done === false) {
      this.#set({ prompt: result.state });
      // The table follows while the filter is typed.
      if (prompt.mode === 'filter' && result.state.edit.text !== prompt.edit.text) {
        this.current().setFilter(result.state.edit.text);
      }
      return;
    }
    this.#set({ prompt: undefined });
    if (result.done === 'cancel') {
      if (prompt.mode === 'filter') this.current().setFilter(this.#filterBefore);
      return;
    }
    const text = result.text.trim();
    const history = this.#history[prompt.mode];
    if (text !== '' && history.at(-1) !== text) history.push(text);
    if (prompt.mode === 'filter') this.current().setFilter(text);
    else this.command(text);
  }

  #loadCompletion(): void {
    const { services } = this;
    void completionFacts(services, this.#options.themeNames).then((facts) => {
      // The context may have been left meanwhile.
      if (this.services === services) this.#completion = facts;
    });
  }

  command(line: string): void {
    void this.#run(() => this.#command(line));
  }

  async #command(line: string): Promise<void> {
    const command = parseCommand(line);
    const resolve = (name: string): Promise<ResourceInfo> => this.services.cluster.discovery.resolve(name);
    switch (command.type) {
      case 'none':
        return;
      case 'quit':
        return this.quit();
      case 'help':
        return this.openHelp();
      case 'aliases':
        return this.switchTable({ resource: aliasesResource });
      case 'contexts':
        return command.name ? this.switchContext(command.name) : this.switchTable({ resource: contextsResource });
      case 'namespaces':
        if (!command.name) return this.switchTable({ resource: await resolve('namespaces') });
        await checkNamespace(command.name, this.services, this.#completion);
        return this.setNamespace(command.name === 'all' ? undefined : command.name);
      case 'theme':
        return this.#set({ theme: this.#options.loadTheme(command.name) });
      case 'rollout':
        return this.#openRollout(command.name, await resolve('deployments.apps'));
      case 'table': {
        if (command.context) await this.switchContext(command.context);
        const resource = await resolveKind(command.kind, this.services, this.#completion);
        if (command.namespace !== undefined) {
          await checkNamespace(command.namespace, this.services, this.#completion);
          this.#set({ namespace: command.namespace === 'all' ? undefined : command.namespace });
        }
        const filter = command.filter ?? '';
        const namespace = this.namespace;
        const scope = {
          ...(resource.namespaced && namespace !== undefined ? { namespace } : {}),
          ...(command.labels ? { labelSelector: command.labels } : {}),
        };
        return this.switchTable({ resource, filter, scope });
      }
    }
  }

  async #openRollout(name: string, resource: ResourceInfo): Promise<void> {
    if (name === '') throw new KctlError('usage', 'which deployment? :rollout NAME');
    const slash = name.indexOf('/');
    const namespace = slash > 0 ? name.slice(0, slash) : (this.namespace ?? this.services.cluster.namespace);
    const ref = { resource, namespace, name: name.slice(slash + 1) };
    await this.services.get(resource, namespace, ref.name);
    this.push(openRollout(this.services, ref));
  }
}
