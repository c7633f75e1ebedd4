import type { KubeObject } from '../../../api/meta.ts';
import { allContainers, containerToRead } from '../../shared/pod-containers.ts';
import type { BaseOptions } from '../base-options.ts';
import type { ManyOptions } from './options.ts';

/**
 * Which containers of a pod are meant: those that `-c` names or describes, all of them, else the one that kubectl
 * would take.
 * @param note receives, once for each wording, which one was taken out of several
 */
export function containerChooser(
  { allContainers: isAll }: Pick<BaseOptions, 'allContainers'>,
  { container, excludedPods, excludedContainers }: ManyOptions,
  note: (line: string) => void,
): (pod: KubeObject) => readonly string[] {
  const said = new Set<string>();
  const noteOnce = (line: string) => {
    if (said.has(line)) return;
    said.add(line);
    note(line);
  };
  const chosen = (pod: KubeObject): readonly string[] => {
    if (container) return allContainers(pod).filter(container);
    // A pod whose containers are not all the same as before (a debug container) keeps the one that was taken.
    return isAll || excludedContainers.length > 0 ? allContainers(pod) : [containerToRead(pod, '', noteOnce)];
  };
  return (pod) => {
    if (excludedPods.some((matches) => matches(pod.metadata.name ?? ''))) return [];
    return chosen(pod).filter((name) => !excludedContainers.some((matches) => matches(name)));
  };
}
