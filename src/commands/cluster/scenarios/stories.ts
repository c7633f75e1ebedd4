import { badProbe } from './stories/bad-probe.ts';
import { canary } from './stories/canary.ts';
import { crashLoop } from './stories/crash-loop.ts';
import { imageTypo } from './stories/image-typo.ts';
import { nodeLoss } from './stories/node-loss.ts';
import { pendingMemory } from './stories/pending-memory.ts';
import { quota } from './stories/quota.ts';
import { stuckRollout } from './stories/stuck-rollout.ts';
import type { Story } from './story.ts';

/** All stories by the name that users type, in the order in which a beginner best reads them. */
export const stories: Readonly<Record<string, Story>> = {
  'crash-loop': crashLoop,
  'image-typo': imageTypo,
  'pending-memory': pendingMemory,
  'bad-probe': badProbe,
  'stuck-rollout': stuckRollout,
  canary,
  quota,
  'node-loss': nodeLoss,
};
