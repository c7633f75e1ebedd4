import type { ResourceInfo } from '../../api/resource.ts';
import type { TableSort } from '../../store/compact-row.ts';
import type { ColumnChoice } from './table-lines.ts';

/** What part of a collection a view shows; selectors are the server's. */
export interface ViewScope {
  /** Absent is all namespaces (and cluster-scoped kinds). */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  name?: string;
}

/** One object, as views and actions name it. */
export interface ObjectRef {
  resource: ResourceInfo;
  namespace: string | undefined;
  name: string;
  uid?: string;
}

/** Rows of one kind. A view is a value: history, drill-down and bookmarks pass it around. */
export interface TableView {
  type: 'table';
  resource: ResourceInfo;
  scope: ViewScope;
  filter: string;
  sort?: TableSort;
  wide: boolean;
  /** Absent: the columns that are usual. */
  columns?: ColumnChoice;
  faults: boolean;
  /** Only rows whose owner has this uid. */
  owner?: string;
  /** The object whose parts the rows are: the pod of containers. */
  parent?: ObjectRef;
  /** Whose parts these are, where enter led here: `deploy/web`. */
  of?: string;
  /** What a table of the dashboard's own making was asked for: the text of `:find`. */
  argument?: string;
}

export interface DocumentView {
  type: 'document';
  /** `describe`, `yaml`, `help`, `images`, `rollout`: what the title says and which keys apply. */
  content: string;
  of?: string;
}

export interface LogsView {
  type: 'logs';
  /** What opens it again behind `:logs`. */
  line: string;
  /** Whose logs, for titles: `deploy/web`. */
  of: string;
  /** Where there is one. */
  pod?: string;
  container?: string;
}

/** A screen of its own making: a tree, charts, a matrix. */
export interface PageView {
  type: 'page';
  /** `xray`, `pulses`: what the title says and which keys apply. */
  page: string;
  of?: string;
  /** Its cursor stands on objects of the cluster, so what can be done to a row of a table can be done here. */
  objects?: boolean;
}

export type View = TableView | DocumentView | LogsView | PageView;

/** A table to open; what is left out is as usual. */
export type NewTable = Pick<TableView, 'resource'> & Partial<TableView>;

/** What actions and keys call a view: `table` and `table/pods`, `document` and `document/yaml`, `page` and `page/xray`. */
function viewNames(view: View): readonly string[] {
  if (view.type === 'table') return [view.type, `${view.type}/${view.resource.plural}`];
  if (view.type === 'document') return [view.type, `${view.type}/${view.content}`];
  if (view.type === 'page') return [view.type, `${view.type}/${view.page}`];
  return [view.type];
}

/** True where `names` (of an action or a binding) hold for `view`. */
export function isNamed(view: View, names: readonly string[]): boolean {
  return viewNames(view).some((name) => names.includes(name));
}
