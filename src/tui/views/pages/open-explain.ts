import { groupResource } from '../../../api/resource.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { ActionHost } from '../../actions/action.ts';
import { localGroup } from '../local/local-table.ts';
import { TableModel } from '../table-model.ts';
import { ExplainPage } from './explain-page.ts';

const definitions = 'customresourcedefinitions.apiextensions.k8s.io';

/**
 * Opens the fields of what `text` names (`pods.spec.containers`, `deployments.apps.spec`), else of the kind
 * under the cursor: of a definition, the kind that it defines.
 * @throws KctlError where there is no such kind
 */
export async function openExplain(host: ActionHost, text?: string): Promise<void> {
  const model = host.current();
  const target = model.target();
  if (text === undefined) {
    const shown = target?.resource ?? (model instanceof TableModel ? model.view.resource : undefined);
    if (!shown || shown.group === localGroup) throw new KctlError('usage', 'explain what? :explain pods.spec');
    const of = target && groupResource(shown) === definitions ? await host.resolveKind(target.name) : shown;
    host.push(new ExplainPage(host.services, of, []));
    return;
  }
  const [word = '', ...fields] = text.replace(/\.$/, '').split('.');
  const resource = await kindAt(host, text, word);
  const whole = groupResource(resource);
  const isWhole = text === whole || text.startsWith(`${whole}.`);
  const path =
    isWhole && whole !== word
      ? text
          .slice(whole.length + 1)
          .split('.')
          .filter(Boolean)
      : fields;
  host.push(new ExplainPage(host.services, resource, path));
}

/** The kind that `text` begins with: with its group, where that is said, for two groups may have a kind of one name. */
async function kindAt(host: ActionHost, text: string, word: string) {
  const named = host.known.resources.find(
    (one) => one.group !== '' && (text === groupResource(one) || text.startsWith(`${groupResource(one)}.`)),
  );
  return named ?? host.resolveKind(word);
}
