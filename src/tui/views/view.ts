import type { ResourceInfo } from '../../api/resource.ts';
import type { TableSort } from '../../store/compact-row.ts';

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
  faults: boolean;
  /** Only rows whose owner has this uid. */
  owner?: string;
  /** The object whose parts the rows are: the pod of containers. */
  parent?: ObjectRef;
  /** Whose parts these are, where enter led here: `deploy/web`. */
  of?: string;
}

export interface DocumentView {
  type: 'document';
  /** `describe`, `yaml`, `help`, `images`, `rollout`: what the title says and which keys apply. */
  content: string;
  of?: string;
}

export interface LogsView {
  type: 'logs';
  namespace: string;
  pod: string;
  /** Absent until the pod's containers are known. */
  container?: string;
  previous: boolean;
}

export type View = TableView | DocumentView | LogsView;
