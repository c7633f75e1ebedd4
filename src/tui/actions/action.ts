import type { ResourceInfo } from '../../api/resource.ts';
import type { UserFiles } from '../../settings/read-user-files.ts';
import type { Theme } from '../../theme/theme.ts';
import type { KeyBinding } from '../keys.ts';
import type { DashboardServices } from '../services.ts';
import type { Right } from '../state/access.ts';
import type { DialogField, DialogRequest, DialogValues } from '../state/dialog.ts';
import type { TimeTravel } from '../state/history.ts';
import type { CompletionFacts } from '../state/known-names.ts';
import type { Memory } from '../state/memory.ts';
import type { Picked, PickerRequest } from '../state/picker.ts';
import type { Workspace } from '../state/workspace.ts';
import type { NewTable, ObjectRef, View } from '../views/view.ts';
import type { ViewModel } from '../views/view-model.ts';

/** What actions and commands can do to the dashboard. */
export interface ActionHost {
  readonly services: DashboardServices;
  /** Where new views look (state/namespaces.ts); undefined is all namespaces. */
  readonly namespace: string | undefined;
  /** What is known of the cluster's kinds, namespaces and contexts; empty until it is. */
  readonly known: CompletionFacts;
  readonly workspace: Workspace;
  /** What the user has set for this context. */
  readonly userFiles: UserFiles;
  /** What is remembered of this context. */
  readonly memory: Memory;
  /** The moment that is shown, and going to others. */
  readonly past: TimeTravel;
  current(): ViewModel;
  /** The views of the pane with the focus; the last one is seen. */
  views(): readonly ViewModel[];
  /** Opens a view over the current one. */
  push(model: ViewModel): void;
  /** Opens a table over the current view; unset parts are the defaults. */
  openTable(view: NewTable): void;
  /**
   * Makes a table the only view, as commands do; Esc then has nowhere to go back to but the previous
   * command's view. `place` makes its namespace the one that new views start in.
   */
  switchTable(view: NewTable, place?: { namespace: string | undefined }): void;
  back(): boolean;
  /** Goes back, forth or to the last one among the tables that commands opened. */
  visit(where: 'before' | 'after' | 'last'): void;
  /** Changes tabs and panes; one that is new and empty shows what its neighbour shows. */
  arrange(change: (workspace: Workspace) => Workspace): void;
  quit(): void;
  prompt(mode: 'command' | 'filter', text?: string): void;
  toast(kind: 'info' | 'error', text: string): void;
  /** Asks over the screen. @returns the fields' values; undefined where the user thought better of it */
  ask(request: DialogRequest): Promise<DialogValues | undefined>;
  /** Lets the user choose from a list. */
  pick(request: PickerRequest): Promise<Picked | undefined>;
  /** Gives the terminal to `work` (an editor, a shell), and draws everything anew after it. */
  lendTerminal<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Puts `text` on the terminal's clipboard. */
  copy(text: string): void;
  /** Writes to the terminal beside the screen: a bell, a title. */
  writeTerminal(sequence: string): void;
  setNamespace(namespace: string | undefined): void;
  switchContext(name: string): Promise<void>;
  /** The kind that a user calls `name`. @throws KctlError that says what may have been meant */
  resolveKind(name: string): Promise<ResourceInfo>;
  /** @throws KctlError where the server knows that there is no such namespace; `all` is one */
  checkNamespace(name: string): Promise<void>;
  readonly theme: Theme;
  /** What is wrong in the files of the user, a message each. */
  readonly problems: readonly string[];
  wear(theme: Theme): void;
  /** @throws KctlError `config` where there is no such theme */
  showTheme(name: string): void;
  /** Shows or hides a part of the screen. */
  toggle(part: 'header' | 'crumbs'): void;
  openHelp(): void;
  /** Runs a line as if it had been typed after `:`. */
  command(line: string): void;
  /** Runs an action as its key does. */
  perform(id: string): void;
  /** Shows `error` as a message. */
  fail(error: unknown): void;
  redraw(): void;
  /** What is on the screen, in the format that the file's name asks for. */
  snapshot(file: string): Promise<string>;
  /** What keys do in the view that is seen. */
  bindings(): readonly BoundAction[];
}

export interface ActionContext {
  host: ActionHost;
  model: ViewModel;
  target: ObjectRef | undefined;
}

/** What will happen, for the question before it does. */
interface ActionPlan {
  title: string;
  lines: readonly string[];
  confirmLabel: string;
  fields?: readonly DialogField[];
}

/**
 * One thing a user can do. Help, hints, the palette, guards and the key map come from this table; keys
 * are bound to ids in keys.ts.
 */
export interface Action {
  id: string;
  /** Two or three words, for hints and help. */
  label: string;
  group: 'General' | 'Move' | 'Show' | 'Change' | 'Sort' | 'Logs' | 'Text' | 'Panes' | 'Past' | 'Yours';
  /** The API verb it needs, for read-only mode and access checks. */
  verb?: string;
  /** The right that it takes on the object under the cursor; absent: that is not known beforehand. */
  right?: Right;
  /** Group resources it applies to; absent is every kind. */
  kinds?: readonly string[];
  /** Names of views (views/view.ts) where it can be used: `table`, `document/yaml`. */
  views: readonly string[];
  /** Where it is at home, where names of views do not say it all: a program for some kinds. */
  applies?(view: View): boolean;
  danger?: boolean;
  /** Left out of help while it cannot be used. */
  optional?: boolean;
  /** Offered in the hint line, of every view or of these. */
  hint?: boolean | readonly string[];
  /** Why it cannot be used now; undefined when it can. */
  disabled?(context: ActionContext): string | undefined;
  /** Present where the user is asked first; undefined where there is nothing to ask this time. What it has to look up may fail: that is shown instead. */
  plan?(context: ActionContext): ActionPlan | undefined | Promise<ActionPlan | undefined>;
  /** Fails with an error that is shown as a message. `values` are the answers to the plan's fields. */
  apply(context: ActionContext, values: Readonly<Record<string, string>>): void | Promise<void>;
  /** The action that takes it back, where there is one. */
  inverse?: string;
}

/** A key map's row with its action. */
export interface BoundAction {
  binding: KeyBinding;
  action: Action;
}

/** What keys mean: the dashboard's own bindings, and over them those of the user. */
export interface KeyMap {
  readonly bindings: readonly KeyBinding[];
  readonly actions: ReadonlyMap<string, Action>;
}

export const everyView: readonly string[] = ['table', 'document', 'logs', 'page'];
