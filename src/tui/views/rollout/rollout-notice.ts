import type { Verdict } from '../../../store/rollout/verdict.ts';
import type { Notice } from '../../state/notices.ts';
import { say, sayAssembled } from '../../words/say.ts';
import type { ObjectRef } from '../view.ts';
import type { LiveRollout } from './live-rollout.ts';

/** `rollout of deployment shop/web`: what lists of what is waited for call it. */
export const noticeLabel = ({ resource, namespace, name }: ObjectRef): string =>
  say('rollout of {name}', { name: `${resource.singular || resource.plural} ${namespace ?? ''}/${name}` });

/** How a rollout ended, in one sentence. */
export function outcomeText(ref: ObjectRef, { code, message }: Verdict): { kind: 'info' | 'error'; text: string } {
  const values = { what: noticeLabel(ref), message: sayAssembled(message) };
  return code === 0
    ? { kind: 'info', text: say('Done: {what}: {message}', values) }
    : { kind: 'error', text: say('Failed: {what}: {message}', values) };
}

/** A rollout whose page was left: it is followed on until it ends, and then that is told. */
export function rolloutNotice(ref: ObjectRef, live: LiveRollout): Notice {
  return {
    label: noticeLabel(ref),
    start(tell) {
      live.onEnd = (verdict) => {
        const { kind, text } = outcomeText(ref, verdict);
        tell(text, kind, true);
      };
    },
    stop: () => live.stop(),
  };
}
