import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { hasFiles } from '../shared/file-options.ts';
import { type ObjectSelection, objectSelectionFlags, readObjectSelection } from '../shared/select-objects.ts';
import { pairsOf, splitPairs } from './pairs.ts';
import { type Container, podSpecOf } from './pod-template.ts';
import { findTargets, localRefused, type SetTarget } from './targets.ts';
import { changeObjects, readWriteOptions, type WriteOptions, writeFlags } from './update.ts';

interface ImageOptions extends WriteOptions {
  targets: readonly SetTarget[];
  images: ReadonlyMap<string, string>;
}

/** `kctl set image`: another image for containers by their names, `*` for all. */
export const setImageCommand = defineCommand<ImageOptions>({
  flags: [...objectSelectionFlags('the objects to change', ['all', 'selector', 'where']), ...writeFlags],
  async complete({ args, flags }, context) {
    const write = readWriteOptions(flags, context.io);
    const { resources, pairs } = splitPairs(args, 'image');
    const images = pairsOf(pairs, 'image');
    const all = flags.all === true;
    const given = await readObjectSelection(resources, { flags: { ...flags, all: false } });
    const selection = { ...given, nameOptional: all };
    if (selection.local && resources.length > 0) throw localRefused();
    const targets = await findTargets(selection, context);
    validateImages(selection, images, all, write);
    return { ...write, targets, images };
  },
  async run({ targets, images, ...write }, context) {
    const failures: KctlError[] = [];
    const change = {
      operation: 'image updated',
      refusal: 'failed to patch image update to pod template: ',
      apply(object: SetTarget['object']) {
        const { initContainers = [], containers = [] } = podSpecOf(object);
        for (const [name, image] of images) {
          if (setImage([...initContainers, ...containers], name, image)) continue;
          failures.push(new KctlError('input', `error: unable to find container named ${JSON.stringify(name)}`));
        }
        return true;
      },
    };
    await changeObjects(targets, change, write, context, failures);
  },
});

/** @throws KctlError `usage`, ErrorList */
function validateImages(
  { local, args, files, selector }: ObjectSelection,
  images: ReadonlyMap<string, string>,
  all: boolean,
  { dryRun }: WriteOptions,
): void {
  const wrong: readonly (readonly [boolean, string])[] = [
    [all && selector !== '', 'cannot set --all and --selector at the same time'],
    [
      args.length === 0 && !hasFiles(files),
      'one or more resources must be specified as <resource> <name> or <resource>/<name>',
    ],
    [images.size === 0, 'at least one image update is required'],
    [
      images.size > 1 && images.has('*'),
      'all containers are already specified by *, but saw more than one container_name=container_image pairs',
    ],
    [local && dryRun === 'server', 'cannot specify --local and --dry-run=server - did you mean --dry-run=client?'],
  ];
  throwCollected(wrong.filter(([isWrong]) => isWrong).map(([, message]) => new KctlError('usage', message)));
}

function setImage(containers: readonly Container[], name: string, image: string): boolean {
  const meant = containers.filter((container) => name === '*' || container.name === name);
  for (const container of meant) container.image = image;
  return meant.length > 0;
}
