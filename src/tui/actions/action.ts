import type { DashboardServices } from '../services.ts';
import type { DialogField } from '../state/dialog.ts';
import type { ObjectRef, TableView, View } from '../views/view.ts';
import type { ViewModel } from '../views/view-model.ts';

/** What actions can do to the dashboard. */
export interface ActionHost {
  readonly services: DashboardServices;
  /** The namespace that new views start in; undefined is all. */
  readonly namespace: string | undefined;
  current(): ViewModel;
  /** Opens a view over the current one. */
  push(model: ViewModel): void;
  /** Opens a table over the current view; unset parts are the defaults. */
  openTable(view: Pick<TableView, 'resource'> & Partial<TableView>): void;
  /** Makes a table the only view, as commands do; Esc then has nowhere to go back to but the previous command's view. */
  switchTable(view: Pick<TableView, 'resource'> & Partial<TableView>): void;
  back(): boolean;
  /** Goes back, forth or to the last one among the tables that commands opened. */
  visit(where: 'before' | 'after' | 'last'): void;
  quit(): void;
  prompt(mode: 'command' | 'filter', text?: string): void;
  toast(kind: 'info' | 'error', text: string): void;
  setNamespace(namespace: string | undefined): void;
  switchContext(name: string): Promise<void>;
  toggleHeader(): void;
  openHelp(): void;
  /** Runs a line as if it had been typed after `:`. */
  command(line: string): void;
  /** Shows `error` as a message. */
  fail(error: unknown): void;
  redraw(): void;
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
 * One thing a user can do. Help, hints, guards and the key map come from this table; keys are bound
 * to ids in keys.ts.
 */
export interface Action {
  id: string;
  /** Two or three words, for hints and help. */
  label: string;
  group: 'General' | 'Move' | 'Show' | 'Change' | 'Sort' | 'Logs' | 'Text';
  /** The API verb it needs, for read-only mode and access checks. */
  verb?: string;
  /** Group resources it applies to; absent is every kind. */
  kinds?: readonly string[];
  views: readonly View['type'][];
  danger?: boolean;
  /** Offered in the hint line, of every view or of these. */
  hint?: boolean | readonly View['type'][];
  /** Why it cannot be used now; undefined when it can. */
  disabled?(context: ActionContext): string | undefined;
  /** Present where the user is asked first. */
  plan?(context: ActionContext): ActionPlan;
  /** Fails with an error that is shown as a message. `values` are the answers to the plan's fields. */
  apply(context: ActionContext, values: Readonly<Record<string, string>>): void | Promise<void>;
  /** The action that takes it back, where there is one. */
  inverse?: string;
}

export const everyView: readonly View['type'][] = ['table', 'document', 'logs'];
