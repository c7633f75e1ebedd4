import { sizeText } from '../../lib/size-text.ts';
import type { Pull } from '../../oci/build/plan/base-image.ts';
import { platformName } from '../../oci/build/plan/platform.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import type { CommandContext } from '../command.ts';

/** Pulls as `kctl pull` does. What does that is loaded with the first image that is not there. */
export function pullBase(store: ImageStore, context: CommandContext): Pull {
  return async (reference, platform, say) => {
    const [{ pullImage }, { userRegistries }] = await Promise.all([
      import('../../oci/transfer/pull-image.ts'),
      import('../pull/registry-access.ts'),
    ]);
    const registries = userRegistries(context, [], { insecure: false, plainHttp: false });
    const { tally } = await pullImage(store, reference, {
      ...{ registries, platform: platformName(platform), signal: context.signal },
      on(event) {
        if (event.kind === 'layers') say(`pulling ${event.layers.length} layers`);
        if (event.kind === 'retry') say(event.reason);
        if (event.kind === 'note') say(event.text);
      },
    });
    say(`${sizeText(tally.travelled)} travelled, ${sizeText(tally.reused)} were there`);
  };
}
