import { describedMeaning } from '../../api/cell-meaning.ts';
import type { KubeObject } from '../../api/meta.ts';
import { groupResource } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import { paintDescribe } from '../../theme/paint-document.ts';
import type { DashboardServices } from '../services.ts';
import { DocumentModel } from './document-model.ts';
import { podOwners, podSelector } from './drills.ts';
import { loadImages, paintImages } from './image-page.ts';
import { LogsModel } from './logs-model.ts';
import { LiveObject } from './object/live-object.ts';
import { refText } from './ref-text.ts';
import type { ObjectRef } from './view.ts';

export { podSelector, refText };

export function openDescribe(services: DashboardServices, ref: ObjectRef): DocumentModel {
  return new DocumentModel({
    view: { type: 'document', content: 'describe', of: refText(ref) },
    target: ref,
    load: () => services.describe(ref),
    paint: (line, theme) => paintDescribe(line, theme, describedMeaning),
    live: new LiveObject(services, ref, { events: true }),
  });
}

export function openImages(services: DashboardServices, pod: ObjectRef): DocumentModel {
  return new DocumentModel({
    view: { type: 'document', content: 'images', of: refText(pod) },
    target: pod,
    load: () => loadImages(services, pod),
    paint: paintImages,
  });
}

/** Kinds that lead to logs: pods, and what has pods. */
export const logKinds = ['pods', 'containers.kctl.dev', ...podOwners];

/** The log view of a pod, of one of its containers, or of the first pod of a controller. */
export async function openLogs(
  services: DashboardServices,
  ref: ObjectRef,
  of: { pod?: string; previous: boolean },
): Promise<LogsModel> {
  const pods = await services.cluster.discovery.resolve('pods');
  const kind = groupResource(ref.resource);
  const namespace = ref.namespace ?? '';
  let pod = kind === 'pods' ? ref.name : of.pod;
  if (!pod) {
    const object = await services.get(ref.resource, ref.namespace, ref.name);
    const found = await services.list(pods, { namespace, labelSelector: podSelector(object) });
    pod = (found.find((candidate) => candidate.status?.phase === 'Running') ?? found[0])?.metadata.name;
    if (!pod) throw new KctlError('input', `${refText(ref)} has no pods yet`);
  }
  const name = pod;
  const container = kind === 'containers.kctl.dev' ? ref.name : undefined;
  return new LogsModel({
    services,
    view: { type: 'logs', namespace, pod: name, previous: of.previous, ...(container ? { container } : {}) },
    target: { resource: pods, namespace, name },
    containers: async () => containerNames(await services.get(pods, namespace, name)),
  });
}

/** Containers of a pod, the one that `kubectl.kubernetes.io/default-container` names first. */
function containerNames(pod: KubeObject): string[] {
  const spec = pod.spec ?? {};
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
  const names = all.map((container: { name: string }) => container.name);
  const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  return preferred && names.includes(preferred) ? [preferred, ...names.filter((name) => name !== preferred)] : names;
}
