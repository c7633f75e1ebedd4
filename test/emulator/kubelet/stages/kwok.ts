import type { KubeObject } from '../../../../src/api/meta.ts';
import { stageDefinition } from '../../../../src/emulator/kubelet/stages/definition.ts';
import { parseYamlDocuments } from '../../../../src/lib/yaml.ts';
import { createWorld, type World } from '../../controllers/world.ts';

/** A cluster that has the definition of Stage, and these Stages (YAML). */
export async function worldWithStages(...yaml: string[]): Promise<World> {
  const world = await createWorld({ nodes: 2 });
  await world.client.create('customresourcedefinitions.apiextensions.k8s.io', stageDefinition);
  await world.plane.idle();
  for (const one of yaml) await addStages(world, one);
  return world;
}

export async function addStages(world: World, yaml: string): Promise<void> {
  for (const stage of parseYamlDocuments(yaml, 'stages') as KubeObject[])
    await world.client.create('stages.kwok.x-k8s.io', stage);
  await world.plane.idle();
}

const about = (kind: string) => `resourceRef: { apiGroup: v1, kind: ${kind} }`;

const stage = (name: string, spec: string): string =>
  `apiVersion: kwok.x-k8s.io/v1alpha1\nkind: Stage\nmetadata: { name: ${name} }\nspec:\n${spec
    .replace(/^\n|\s+$/g, '')
    .replace(/^/gm, '  ')}\n---\n`;

export const podStage = (name: string, spec: string): string => stage(name, `${about('Pod')}\n${spec}`);
export const nodeStage = (name: string, spec: string): string => stage(name, `${about('Node')}\n${spec}`);
export const otherStage = stage;

/** As kwok's fast stages go: ready at once, done where a Job owns it, gone when it is told to. */
export const fastPods = [
  podStage(
    'pod-ready',
    `
selector:
  matchExpressions:
  - { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' }
  - { key: '.status.phase', operator: 'In', values: ['Pending'] }
  - { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: 'NotIn', values: ['True'] }
next:
  statusTemplate: |
    {{ $now := Now }}
    conditions:
    {{ range list "Initialized" "Ready" "ContainersReady" }}
    - { type: {{ . | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
    {{ end }}
    containerStatuses:
    {{ range .spec.containers }}
    - image: {{ .image | Quote }}
      name: {{ .name | Quote }}
      ready: true
      restartCount: 0
      state: { running: { startedAt: {{ $now | Quote }} } }
    {{ end }}
    {{ with NodeIPsWith .spec.nodeName }}
    hostIP: {{ index . 0 | Quote }}
    {{ end }}
    {{ $podIPs := PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
    {{ with $podIPs }}
    podIP: {{ index . 0 | Quote }}
    podIPs:
    {{ range . }}
    - ip: {{ . | Quote }}
    {{ end }}
    {{ end }}
    phase: Running
    startTime: {{ $now | Quote }}
`,
  ),
  podStage(
    'pod-complete',
    `
selector:
  matchExpressions:
  - { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' }
  - { key: '.status.phase', operator: 'In', values: ['Running'] }
  - { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] }
next:
  statusTemplate: |
    {{ $now := Now }}
    {{ $root := . }}
    containerStatuses:
    {{ range $index, $item := .spec.containers }}
    {{ $origin := index $root.status.containerStatuses $index }}
    - image: {{ $item.image | Quote }}
      name: {{ $item.name | Quote }}
      ready: false
      restartCount: 0
      state:
        running: null
        terminated: { exitCode: 0, reason: Completed, startedAt: {{ $origin.state.running.startedAt | Quote }}, finishedAt: {{ $now | Quote }} }
    {{ end }}
    phase: Succeeded
`,
  ),
  podStage(
    'pod-delete',
    `
selector:
  matchExpressions:
  - { key: '.metadata.deletionTimestamp', operator: 'Exists' }
next:
  delete: true
`,
  ),
].join('');
