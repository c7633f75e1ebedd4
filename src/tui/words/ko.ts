import { actionWords } from './ko/actions.ts';
import { causeWords } from './ko/causes.ts';
import { chromeWords } from './ko/chrome.ts';
import { commandWords } from './ko/commands.ts';
import { forwardWords } from './ko/forwards.ts';
import { imageWords } from './ko/images.ts';
import { objectWords } from './ko/objects.ts';
import { previewWords } from './ko/previews.ts';
import { questionWords } from './ko/questions.ts';
import { rolloutWords } from './ko/rollouts.ts';
import { viewWords } from './ko/views.ts';

/** What the interface says in Korean, by its English text. Words of Kubernetes' own that users type stay as they are. */
export const korean: Readonly<Record<string, string>> = {
  ...forwardWords,
  ...previewWords,
  ...rolloutWords,
  ...causeWords,
  ...viewWords,
  ...commandWords,
  ...questionWords,
  ...objectWords,
  ...imageWords,
  ...chromeWords,
  ...actionWords,
};
