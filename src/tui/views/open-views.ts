import { describedMeaning } from '../../api/cell-meaning.ts';
import { paintDescribe } from '../../theme/paint-document.ts';
import type { DashboardServices } from '../services.ts';
import { DocumentModel } from './document-model.ts';
import { podOwners } from './drills.ts';
import { LiveObject, readObject } from './object/live-object.ts';
import { versionAt } from './object/version-at.ts';
import { refText } from './ref-text.ts';
import { sentence } from './sentence.ts';
import type { ObjectRef } from './view.ts';

export function openDescribe(services: DashboardServices, ref: ObjectRef): DocumentModel {
  return new DocumentModel({
    view: { type: 'document', content: 'describe', of: refText(ref) },
    target: ref,
    async load(_, past) {
      // A description takes many requests: it waits for the watch, so that it is made once at first.
      await readObject(services, ref).catch(() => undefined);
      if (past === undefined) return services.describe(ref);
      const then = versionAt(services, ref, past);
      return 'why' in then ? sentence(then.why) : services.describe(ref, { object: then.object, at: past });
    },
    travels: true,
    paint: (line, theme) => paintDescribe(line, theme, describedMeaning),
    live: new LiveObject(services, ref, { events: 'told' }),
  });
}

/** Kinds that lead to logs: pods, and what has pods. */
export const logKinds = ['pods', 'containers.kctl.dev', ...podOwners, 'cronjobs.batch', 'nodes', 'namespaces'];
