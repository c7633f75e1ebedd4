import type { KubeObject } from '../../api/meta.ts';
import { allContainers, type ContainerSpec, type PodRuntime } from '../runtime/container.ts';
import { imageName, SHELL_IMAGES } from '../runtime/image-name.ts';
import { isTold } from '../runtime/outcomes.ts';
import type { NodeImages } from './node-images.ts';

/** Where programs of an image are. */
const BIN = /^\/(usr\/(local\/)?)?s?bin\/([^/]+)$/;

/** How a runtime says that it could not start a container (containerd and runc). */
const runtimeWords = (name: string, why: string): string =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: ${JSON.stringify(name)}: ${why}`;

/**
 * Why a runtime cannot start the container: its image is known to the last program, and has not the one that is asked
 * for. Undefined: it can, or nobody knows.
 */
async function startProblem({ image, command, args, volumeMounts }: ContainerSpec): Promise<string | undefined> {
  const [{ shapeOf }, { lacks, toolsOf }] = await Promise.all([
    import('./exec/container/images.ts'),
    import('./exec/container/tools.ts'),
  ]);
  const shape = shapeOf(image);
  // What starts in an image of its own takes arguments.
  const [name] = command?.length ? command : shape.isBare ? (args ?? []) : [];
  if (!name || name.includes('$(')) return undefined;
  const path = BIN.exec(name);
  if (name.includes('/') && (!path || volumeMounts?.some(({ mountPath }) => name.startsWith(`${mountPath}/`))))
    return undefined;
  const program = path?.[3] ?? name;
  if ([...toolsOf[shape.family], ...shape.tools].includes(program) || !lacks(shape, program)) return undefined;
  return runtimeWords(name, path ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH');
}

/** What starts by itself in an image that is there starts. */
const namesProgram = ({ image, command, args }: ContainerSpec): boolean =>
  Boolean(command?.length || (args?.length && SHELL_IMAGES.has(imageName(image))));

/** Finds out whether containers that are about to start can, unless annotations tell how they end. */
export async function foresee(pod: KubeObject, runtime: PodRuntime, images: NodeImages): Promise<void> {
  for (const container of allContainers(runtime)) {
    const { stage, spec, kind, startProblem: known } = container;
    if (stage !== 'create' || known !== undefined) continue;
    // What programs a real image has is in its layers, which nobody has looked into.
    const isReal = images.find(spec.image)?.simulated === false;
    const isOpen = !isReal && namesProgram(spec) && !isTold(pod, kind, spec.name);
    container.startProblem = (isOpen && (await startProblem(spec))) || null;
  }
}
