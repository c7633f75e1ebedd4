import type { Completer } from '../command.ts';

const objects: Completer = { from: 'objects' };
const pods: Completer = { from: 'pods' };
const nodes: Completer = { from: 'names', type: 'nodes' };
const scaled: Completer = {
  from: 'objects',
  types: ['deployment', 'replicaset', 'replicationcontroller', 'statefulset'],
};
const rolled: Completer = { from: 'objects', types: ['deployment', 'daemonset', 'statefulset'] };
const deployments: Completer = { from: 'objects', types: ['deployment'] };
const templated = ['daemonsets', 'deployments', 'pods', 'cronjobs', 'replicasets', 'replicationcontrollers'];

/** What may follow each of kubectl's commands; an entry that has a `complete` of its own goes by that. */
export const argumentsOf: Readonly<Record<string, Completer>> = {
  annotate: objects,
  'apply edit-last-applied': objects,
  'apply view-last-applied': objects,
  attach: pods,
  autoscale: scaled,
  'certificate approve': { from: 'names', type: 'certificatesigningrequests', repeat: true },
  'certificate deny': { from: 'names', type: 'certificatesigningrequests', repeat: true },
  cordon: nodes,
  cp: { from: 'copies' },
  'create token': { from: 'names', type: 'serviceaccounts' },
  debug: pods,
  delete: objects,
  describe: objects,
  drain: nodes,
  edit: objects,
  exec: pods,
  explain: { from: 'types' },
  expose: { from: 'objects', types: ['pod', 'service', 'replicationcontroller', 'deployment', 'replicaset'] },
  get: objects,
  label: objects,
  logs: { from: 'pods', next: 'containers' },
  patch: objects,
  'port-forward': { from: 'pods', next: 'ports' },
  'rollout history': rolled,
  'rollout pause': deployments,
  'rollout restart': rolled,
  'rollout resume': deployments,
  'rollout status': { ...rolled, once: true },
  'rollout undo': rolled,
  'rollout watch': { ...rolled, once: true },
  scale: scaled,
  'set image': { from: 'objects', types: [...templated, 'statefulsets'], once: true },
  taint: { from: 'objects', types: ['node'] },
  'top node': nodes,
  'top pod': { from: 'names', type: 'pods' },
  uncordon: nodes,
  wait: objects,
  why: pods,
};

/** Flags without which a command does nothing: the shell offers them before any argument is typed. */
export const requiredFlags: Readonly<Record<string, readonly string[]>> = {
  autoscale: ['max'],
  'create clusterrolebinding': ['clusterrole'],
  'create cronjob': ['image', 'schedule'],
  'create deployment': ['image'],
  'create service externalname': ['external-name'],
  run: ['image'],
  scale: ['replicas'],
};
