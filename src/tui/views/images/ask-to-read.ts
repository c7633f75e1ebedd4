import { sizeText } from '../../../lib/size-text.ts';
import type { ImageExplorer } from '../../../oci/layers/explore-image.ts';
import type { ActionHost } from '../../actions/action.ts';
import { say } from '../../words/say.ts';

/** Asks which layers are to be brought from the registry. @returns their numbers; undefined where none are wanted */
export async function askToRead(
  host: ActionHost,
  explorer: ImageExplorer,
  at: number,
): Promise<readonly number[] | undefined> {
  const all = [...explorer.sizes.keys()];
  const choices = [
    { label: 'this layer', wanted: [at] },
    { label: 'this layer and those below it', wanted: all.filter((layer) => layer <= at) },
    { label: 'all layers', wanted: all },
  ];
  const sizes = await Promise.all(choices.map(({ wanted }) => explorer.missingBytes(wanted)));
  const options = choices.map(({ label }, index) => `${say(label)} (${sizeText(sizes[index]!)})`);
  const answer = await host.ask({
    title: say('Read files?'),
    lines: [say('The layers come from the registry into the image store of this machine, until the next prune.')],
    fields: [{ id: 'which', label: 'Layers', options, value: 0 }],
    confirmLabel: 'Read',
  });
  return answer && choices[options.indexOf(answer['which'] ?? '')]?.wanted;
}
