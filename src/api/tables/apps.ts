import { selectorOf } from '../../lib/label-selector.ts';
import type { KubeObject } from '../meta.ts';
import { parseApiVersion } from '../resource.ts';
import { age, containerImages, containerNames, labelsText, NONE, printer, type TablePrinter } from './define.ts';

/** `app=web,tier in (a,b)`, `<none>` where it selects everything. */
export function selectorText(selector: object | undefined): string {
  return selectorOf(selector ?? {}).toString() || NONE;
}

function templateCells(object: KubeObject): string[] {
  const spec = object.spec?.template?.spec;
  return [containerNames(spec), containerImages(spec)];
}

const deployments = printer(
  'Name | Ready | Up-to-date | Available | Age | Containers* | Images* | Selector*',
  (o, now) => [
    o.metadata.name,
    `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`,
    o.status?.updatedReplicas ?? 0,
    o.status?.availableReplicas ?? 0,
    age(o, now),
    ...templateCells(o),
    selectorText(o.spec?.selector),
  ],
);

const replicaSets = printer(
  'Name | Desired:integer | Current:integer | Ready:integer | Age | Containers* | Images* | Selector*',
  (o, now) => [
    o.metadata.name,
    o.spec?.replicas ?? 0,
    o.status?.replicas ?? 0,
    o.status?.readyReplicas ?? 0,
    age(o, now),
    ...templateCells(o),
    selectorText(o.spec?.selector),
  ],
);

const statefulSets = printer('Name | Ready | Age | Containers* | Images*', (o, now) => [
  o.metadata.name,
  `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 0}`,
  age(o, now),
  ...templateCells(o),
]);

const daemonSets = printer(
  'Name | Desired:integer | Current:integer | Ready:integer | Up-to-date:integer | Available:integer | Node Selector | Age | Containers* | Images* | Selector*',
  (o, now) => [
    o.metadata.name,
    o.status?.desiredNumberScheduled ?? 0,
    o.status?.currentNumberScheduled ?? 0,
    o.status?.numberReady ?? 0,
    o.status?.updatedNumberScheduled ?? 0,
    o.status?.numberAvailable ?? 0,
    labelsText(o.spec?.template?.spec?.nodeSelector),
    age(o, now),
    ...templateCells(o),
    selectorText(o.spec?.selector),
  ],
);

const controllerRevisions = printer('Name | Controller | Revision | Age', (o, now) => [
  o.metadata.name,
  controllerName(o),
  o.revision ?? 0,
  age(o, now),
]);

function controllerName(object: KubeObject): string {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller);
  if (!owner) return NONE;
  const { group } = parseApiVersion(owner.apiVersion);
  return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
}

export const appsTables: Readonly<Record<string, TablePrinter>> = {
  'deployments.apps': deployments,
  'replicasets.apps': replicaSets,
  'statefulsets.apps': statefulSets,
  'daemonsets.apps': daemonSets,
  'controllerrevisions.apps': controllerRevisions,
};
