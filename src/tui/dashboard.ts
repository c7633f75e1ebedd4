import type { ResourceInfo } from '../api/resource.ts';
import { findBuiltin } from '../api/resources.ts';
import type { SourceState } from '../api/source.ts';
import type { ContextSettings } from '../settings/dashboard-settings.ts';
import type { UserFiles } from '../settings/read-user-files.ts';
import { Observable } from '../store/observable.ts';
import type { Theme } from '../theme/theme.ts';
import type { ActionContext, ActionHost, BoundAction } from './actions/action.ts';
import { leave } from './actions/forwards-quit.ts';
import { performAction, performKey } from './actions/perform.ts';
import { bindingsFor } from './actions/registry.ts';
import { runLine } from './commands/registry.ts';
import { tableAtOnce } from './commands/table.ts';
import type { DashboardOptions, DashboardSnapshot } from './dashboard-options.ts';
import type { Layout } from './layout/layout.ts';
import { layoutOf } from './layout/layout-of.ts';
import type { DashboardServices } from './services.ts';
import { PreferenceBook, type Preferences } from './settings/preferences.ts';
import { lineOf } from './state/address.ts';
import { afterFirstRows } from './state/after-first-rows.ts';
import type { RequestBudget } from './state/budget.ts';
import type { ClusterFacts } from './state/cluster-facts.ts';
import type { DialogRequest, DialogValues } from './state/dialog.ts';
import { TimeTravel } from './state/history.ts';
import { type CompletionFacts, checkNamespace, resolveKind } from './state/known-names.ts';
import { LinkedPanes } from './state/linked-panes.ts';
import type { Memory } from './state/memory.ts';
import { isOneNamespace, withFavourite } from './state/namespaces.ts';
import { type Overlay, Overlays } from './state/overlays.ts';
import type { Picked, PickerRequest } from './state/picker.ts';
import { pointAtOverlay, pointAtViews } from './state/pointer.ts';
import { type PromptMode, Prompts } from './state/prompts.ts';
import { Sessions } from './state/sessions.ts';
import { failureText, type Toasts, toastsOf } from './state/toasts.ts';
import {
  fillPanes,
  focusedPane,
  focusPane,
  newWorkspace,
  type Pane,
  sessionsOf,
  viewsOf,
  type Workspace,
  withPane,
} from './state/workspace.ts';
import { clipboardSequence } from './term/clipboard.ts';
import type { InputEvent, KeyEvent, MouseEvent } from './term/key.ts';
import { openHelp } from './views/help-page.ts';
import { localTables } from './views/local/registry.ts';
import { newTableModel, wideFrom } from './views/new-table.ts';
import { followFiles } from './views/table-column-specs.ts';
import { TableModel } from './views/table-model.ts';
import type { NewTable, TableView } from './views/view.ts';
import type { ViewModel } from './views/view-model.ts';

export type { DashboardSnapshot } from './dashboard-options.ts';

/** The dashboard without its widgets: what is open, what input does to it. */
export class Dashboard extends Observable<DashboardSnapshot> implements ActionHost {
  readonly toasts: Toasts;
  readonly overlays = new Overlays((text) => this.copy(text));
  readonly past: TimeTravel;
  readonly #links: LinkedPanes;
  readonly #options: DashboardOptions;
  readonly #sessions: Sessions;
  readonly #prompts: Prompts;
  readonly #book: PreferenceBook;
  #dressed: ContextSettings;
  #later: { cancel(): void } | undefined;

  constructor(options: DashboardOptions) {
    const { services, theme, columns, rows, themeNames } = options;
    const sessions = new Sessions(services, themeNames);
    const namespace = options.allNamespaces ? undefined : services.cluster.namespace;
    const workspace = newWorkspace({ session: sessions.first, namespace });
    const book = new PreferenceBook(options.readFiles);
    const { settings } = book.of(sessions.first.context).files;
    const { header = true, crumbs = true } = settings;
    super({ workspace, stack: [], theme, prompt: undefined, overlay: undefined, columns, rows, header, crumbs });
    this.#book = book;
    this.#dressed = settings;
    this.#options = options;
    this.#sessions = sessions;
    this.toasts = toastsOf(services);
    this.#prompts = new Prompts(this);
    this.past = new TimeTravel(this);
    this.#links = new LinkedPanes(this);
    this.#prompts.subscribe(() => this.#set({ prompt: this.#prompts.getSnapshot() }));
    this.overlays.subscribe(() => this.#set({ overlay: this.overlays.getSnapshot() }));
  }

  /**
   * Opens the first view: what `line` asks for, else what was seen last in this context, else pods. A
   * built-in kind needs no word of the server: what fails shows in the view.
   */
  start(line?: string): void {
    const { cluster, timing } = this.services;
    const isPlaced = cluster.namespaceExplicit || this.#options.allNamespaces;
    const wanted = line ?? this.userFiles.settings.start ?? (isPlaced ? undefined : this.memory.known.lastLine);
    const problems = [...this.#preferences.problems, ...this.#followFiles()];
    if (problems.length > 0) this.toast('error', problems.join('\n'));
    const first = wanted === undefined ? undefined : tableAtOnce(wanted, this.namespace);
    this.switchTable(first?.view ?? { resource: findBuiltin('pods')! }, first?.place);
    this.#later = afterFirstRows(this.current(), timing, () => this.#pane.session.start());
    if (!first && wanted !== undefined) this.command(wanted);
  }

  #set(change: Partial<DashboardSnapshot>): void {
    this.publish({ ...this.getSnapshot(), ...change });
  }

  // --- what is open

  get workspace(): Workspace {
    return this.getSnapshot().workspace;
  }

  get #pane(): Pane {
    return focusedPane(this.workspace);
  }

  get services(): DashboardServices {
    return this.#pane.session.services;
  }

  get facts(): ClusterFacts {
    return this.#pane.session.facts;
  }

  get budget(): RequestBudget {
    return this.#pane.session.budget;
  }

  get known(): CompletionFacts {
    return this.#pane.session.completion;
  }

  get memory(): Memory {
    return this.#pane.session.memory;
  }

  get namespace(): string | undefined {
    return this.#pane.namespace;
  }

  get #preferences(): Preferences {
    return this.#book.of(this.#pane.session.context);
  }

  get userFiles(): UserFiles {
    return this.#preferences.files;
  }

  get problems(): readonly string[] {
    return this.#preferences.problems;
  }

  get theme(): Theme {
    return this.getSnapshot().theme;
  }

  /** Reads again what the user has set; what is wrong is told, and stays as it was. */
  reloadFiles(): void {
    const problems = [...this.#book.reload(), ...this.#followFiles()];
    this.#dress();
    this.#set({});
    if (problems.length > 0) this.toast('error', problems.join('\n'));
  }

  #followFiles(): string[] {
    return followFiles(sessionsOf(this.workspace), (context) => this.#book.of(context).files);
  }

  /** Looks as it is set for the context that has the focus. */
  #dress(): void {
    const { settings } = this.userFiles;
    if (settings === this.#dressed) return;
    const theme = this.#options.dress?.(settings);
    if (JSON.stringify(settings.theme) !== JSON.stringify(this.#dressed.theme)) this.wear(theme);
    this.#dressed = settings;
  }

  current(): ViewModel {
    return this.getSnapshot().stack.at(-1)!;
  }

  views(): readonly ViewModel[] {
    return this.getSnapshot().stack;
  }

  /** How fresh what is on the screen is: the nearest live view's word for it. */
  connection(): SourceState | undefined {
    return this.getSnapshot()
      .stack.findLast((model) => model.connection() !== undefined)
      ?.connection();
  }

  layout(): Layout | undefined {
    return layoutOf(this.getSnapshot());
  }

  resize(columns: number, rows: number): void {
    this.#set({ columns, rows });
  }

  /** Makes `workspace` what is open, and closes the views and connections that are in it no more. */
  #become(workspace: Workspace): void {
    const before = viewsOf(this.workspace);
    this.#set({ workspace, stack: focusedPane(workspace).stack });
    this.#dress();
    const open = new Set(viewsOf(workspace));
    for (const model of before) if (!open.has(model)) model.close();
    this.#sessions.keep(workspace);
  }

  arrange(change: (workspace: Workspace) => Workspace): void {
    const view = this.#firstView() ?? { resource: findBuiltin('pods')! };
    this.#become(fillPanes(change(this.workspace), (pane) => this.#model(view, pane)));
  }

  #model(view: NewTable, pane = this.#pane): TableModel {
    const { columns } = this.getSnapshot();
    return newTableModel(view, pane.session.services, {
      namespace: pane.namespace,
      wide: columns >= wideFrom,
      memory: pane.session.memory,
      files: this.#book.of(pane.session.context).files,
    });
  }

  push(model: ViewModel): void {
    this.#become(withPane(this.workspace, { stack: [...this.#pane.stack, model] }));
  }

  openTable(view: NewTable): void {
    this.push(this.#model(view));
  }

  switchTable(view: NewTable, place: { namespace: string | undefined } = { namespace: this.namespace }): void {
    const here = this.#firstView();
    if (here) this.#pane.visited.leave(here);
    this.#show(view, place);
    this.#remember(place.namespace);
  }

  /** Where the user is, for the next start; namespaces that were gone to get a key. */
  #remember(namespace: string | undefined): void {
    const { known } = this.memory;
    const favourites =
      isOneNamespace(namespace) && namespace !== this.services.cluster.namespace
        ? withFavourite(known.favourites, namespace)
        : known.favourites;
    const view = this.#firstView();
    this.memory.learn({ favourites, ...(view && { lastLine: lineOf(view) }) });
  }

  #show(view: NewTable, change: Partial<Pick<Pane, 'namespace' | 'session'>>): void {
    const pane = { ...this.#pane, ...change };
    this.#become(withPane(this.workspace, { ...change, stack: [this.#model(view, pane)] }));
  }

  #firstView(): TableView | undefined {
    const [model] = this.getSnapshot().stack;
    return model instanceof TableModel ? model.view : undefined;
  }

  visit(where: 'before' | 'after' | 'last'): void {
    const here = this.#firstView();
    const view = here && this.#pane.visited.go(where, here);
    if (!view) {
      this.toast('info', where === 'after' ? 'This is the newest view.' : 'There is no view before this one.');
      return;
    }
    this.#show(view, view.resource.namespaced ? { namespace: view.scope.namespace } : {});
  }

  back(): boolean {
    const { stack } = this.getSnapshot();
    if (stack.length < 2) return false;
    this.#become(withPane(this.workspace, { stack: stack.slice(0, -1) }));
    return true;
  }

  openHelp(): void {
    this.push(openHelp(this.#context()));
  }

  setNamespace(namespace: string | undefined): void {
    const model = this.current();
    // Where no kind of that namespace is on the screen, its pods are what is asked for.
    if (!(model instanceof TableModel) || !model.view.resource.namespaced || model.view.parent) {
      this.switchTable({ resource: findBuiltin('pods')! }, { namespace });
      return;
    }
    const { resource, filter, wide, faults, sort } = model.view;
    this.switchTable({ resource, filter, wide, faults, ...(sort ? { sort } : {}) }, { namespace });
  }

  async switchContext(name: string): Promise<void> {
    const pods = { resource: findBuiltin('pods')! };
    if (name === this.services.cluster.contextName) return this.switchTable(pods);
    const pane = this.#pane;
    const session = await this.#sessions.open(name, this.services);
    // Views of the other cluster mean nothing here.
    pane.visited.clear();
    this.#show(pods, { session, namespace: session.services.cluster.namespace });
    this.toast('info', `Context ${name}`);
  }

  resolveKind(name: string): Promise<ResourceInfo> {
    const own = localTables.get(name);
    if (own) return Promise.resolve(own.resource);
    return resolveKind(name, this.services, this.known);
  }

  checkNamespace(name: string): Promise<void> {
    return checkNamespace(name, this.services, this.known);
  }

  // --- messages and questions

  toast(kind: 'info' | 'error', text: string): void {
    this.toasts.show(kind, text);
  }

  fail(error: unknown): void {
    this.toast('error', failureText(error));
  }

  ask(request: DialogRequest): Promise<DialogValues | undefined> {
    return this.overlays.ask(request);
  }

  pick(request: PickerRequest): Promise<Picked | undefined> {
    return this.overlays.pick(request);
  }

  async lendTerminal<Result>(work: () => Promise<Result>): Promise<Result> {
    const { lendTerminal } = this.#options;
    return lendTerminal ? await lendTerminal(work) : await work();
  }

  copy(text: string): void {
    this.writeTerminal(clipboardSequence(text));
  }

  writeTerminal(sequence: string): void {
    this.#options.writeTerminal?.(sequence);
  }

  async #run(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
  }

  quit(): void {
    void this.#run(() => leave(this, this.#options.onQuit));
  }

  showTheme(name: string): void {
    this.wear(this.#options.loadTheme(name));
  }

  wear(theme: Theme | undefined): void {
    if (theme) this.#set({ theme });
  }

  toggle(part: 'header' | 'crumbs'): void {
    this.#set({ [part]: !this.getSnapshot()[part] });
  }

  async snapshot(file: string): Promise<string> {
    const { formatOf, snapshot } = await import('./snapshot/snapshot.ts');
    return snapshot(this, formatOf(file), true);
  }

  redraw(): void {
    this.#set({});
  }

  bindings(): readonly BoundAction[] {
    return bindingsFor(this.current().view, this.#preferences.keyMap);
  }

  /** Stops everything that runs. */
  close(): void {
    this.#later?.cancel();
    this.toasts.clear();
    this.overlays.cancel();
    this.past.close();
    this.#links.close();
    for (const model of viewsOf(this.workspace)) model.close();
    this.#sessions.close();
  }

  // --- input

  handle(event: InputEvent): void {
    const { prompt, overlay, stack } = this.getSnapshot();
    if (event.type === 'focus') return;
    if (event.type === 'mouse') this.#pointer(event, overlay);
    else if (overlay) this.overlays.handle(event);
    else if (prompt) this.#prompts.handle(event);
    else if (this.current()?.handle?.(event)) return;
    else if (event.type === 'key' && stack.length > 0) this.#key(event);
  }

  #context(): ActionContext {
    const model = this.current();
    return { host: this, model, target: model.target() };
  }

  #key(event: KeyEvent): void {
    void this.#run(() => performKey(event.id, this.#context(), this.#preferences.keyMap));
  }

  perform(id: string): void {
    const action = this.#preferences.keyMap.actions.get(id);
    if (action) void this.#run(() => performAction(action, this.#context()));
  }

  #pointer(event: MouseEvent, overlay: Overlay | undefined): void {
    const layout = this.layout();
    const { theme, stack } = this.getSnapshot();
    if (overlay) {
      pointAtOverlay(event, overlay, { layout, overlays: this.overlays, theme });
    } else if (layout && stack.length > 0) {
      const focus = (pane: number) => this.#become(focusPane(this.workspace, pane));
      pointAtViews(event, layout, { focus, current: () => this.current() });
    }
  }

  prompt(mode: PromptMode, text = ''): void {
    this.#prompts.open(mode, text);
  }

  command(line: string): void {
    void this.#run(() => runLine(this, line));
  }
}
