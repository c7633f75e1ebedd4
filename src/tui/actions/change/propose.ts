import { KctlError } from '../../../lib/errors.ts';
import type { DashboardServices } from '../../services.ts';
import { accessOf, questionOf, questionText } from '../../state/access.ts';
import { type DialogField, type DialogValues, textField } from '../../state/dialog.ts';
import { guardsOf } from '../../state/guards.ts';
import { TableModel } from '../../views/table-model.ts';
import { say } from '../../words/say.ts';
import type { ActionContext } from '../action.ts';
import type { Change, Step } from './change.ts';
import { fieldPreview } from './field-preview.ts';
import { runSteps, type Tally } from './run-steps.ts';
import { commandText, stepsOf } from './steps.ts';
import { hiddenTargets } from './targets.ts';
import { nameLines, notice, whatText } from './tell.ts';

/** The field of a dialog in which the name of a protected context is typed. */
export function contextField(context: string): DialogField {
  return textField('confirm-context', say('Type {name}', { name: context }), '', (text) =>
    text === context ? undefined : say('{name} is protected: type its name', { name: context }),
  );
}

function previewOf(services: DashboardServices, change: Change, context: string | undefined): Preview | undefined {
  const { preview } = change;
  if (preview === undefined) return undefined;
  if (typeof preview === 'function') return preview;
  if (preview === 'fields') {
    return (values: DialogValues, signal: AbortSignal) => fieldPreview(services, change, values, signal);
  }
  return async (values: DialogValues, signal: AbortSignal): Promise<string[]> => {
    const looks = await Promise.all(
      stepsOf(change, values, context).map(({ argv }) => services.run([...argv, '--preview'], { signal })),
    );
    return looks.flatMap(({ stdout, stderr }) => (stdout + stderr).trimEnd().split('\n'));
  };
}

/** Before what would come of a change: that it will be refused, where the user lacks the right. */
function withAccess({ host }: ActionContext, { access, targets, unlisted }: Change, preview: Preview | undefined) {
  if (!access || unlisted) return preview;
  const questions = targets.map((ref) => questionOf(access, ref));
  const different = [...new Map(questions.map((one) => [questionText(one), one])).values()].slice(0, mostQuestions);
  return async (values: DialogValues, signal: AbortSignal): Promise<readonly string[]> => {
    const known = accessOf(host.services);
    const [looked, answers] = await Promise.all([
      preview?.(values, signal) ?? [],
      Promise.all(different.map((one) => known.ask(one))),
    ]);
    const refused = different.filter((_, index) => answers[index] === false).map(questionText);
    return [...refused.map((what) => say('x You may not {what}: the server will refuse it.', { what })), ...looked];
  };
}

/** What was done can be typed again: `:` remembers it as a command line. */
function remember({ memory }: ActionContext['host'], steps: readonly Step[]): void {
  const lines = steps.filter(({ stdin }) => stdin === undefined).map(({ argv }) => commandText(argv));
  const [last] = lines.slice(-1);
  if (last === undefined) return;
  const others = memory.known.lines.filter((line) => line !== last);
  memory.learn({ lines: [...others, last].slice(-mostLines) });
}

const mostLines = 100;

type Preview = (values: DialogValues, signal: AbortSignal) => Promise<readonly string[]>;

/** Namespaces of one change whose rules are asked for. */
const mostQuestions = 6;

/**
 * Asks for a change with what would come of it and the command that it stands for, does it, and tells
 * what became of each object. What failed stays marked.
 * @returns what became of the objects; undefined where the user thought better of it
 * @throws KctlError where a rule of the settings forbids it
 */
export async function propose(context: ActionContext, change: Change): Promise<Tally | undefined> {
  const { host, model } = context;
  const { services } = host;
  const guards = guardsOf(host);
  const limit = change.local ? undefined : guards.maxBulk;
  const count = change.objects ?? change.targets.length;
  if (limit !== undefined && count > limit) {
    throw new KctlError(
      'input',
      say('{count} objects are more than the {limit} that the settings allow at once', {
        count,
        limit,
      }),
    );
  }
  const guarded = guards.isProtected && !change.local ? services.cluster.contextName : undefined;
  const hidden = change.unlisted ? 0 : hiddenTargets(context);
  const lines = [
    ...(change.unlisted ? [] : nameLines(change.targets)),
    ...(hidden > 0 ? [say('! {hidden} of them are marked and hidden by the filter', { hidden })] : []),
    ...(change.lines ?? []),
  ];
  const commands = (values: DialogValues) =>
    change.shown
      ? [commandText(change.shown(values))]
      : stepsOf(change, values, guarded).map(({ argv }) => commandText(argv));
  const preview = withAccess(context, change, previewOf(services, change, guarded));
  const values =
    change.unasked && guarded === undefined
      ? {}
      : await host.ask({
          title: change.title,
          lines,
          danger: change.danger ?? false,
          fields: [...(change.fields ?? []), ...(guarded === undefined ? [] : [contextField(guarded)])],
          confirmLabel: change.confirmLabel,
          commands,
          ...(preview && { preview }),
        });
  if (!values) return undefined;
  // While the question stood, an object may have gone and another have taken its name.
  const targets =
    model instanceof TableModel && !change.local && !change.unlisted
      ? change.targets.filter((ref) => model.holds(ref))
      : change.targets;
  if (change.targets.length > 0 && targets.length === 0) {
    throw new KctlError('input', say('{what} went meanwhile: nothing was changed', { what: whatText(change.targets) }));
  }
  const steps = stepsOf({ ...change, targets }, values, guarded);
  if (targets.length > 1) host.toast('info', `${change.confirmLabel}: ${whatText(targets)}…`);
  const tally = await runSteps(services, steps);
  const { done, failed, reasons } = tally;
  if (!change.shown) remember(host, steps);
  model.unmark?.(done);
  if (failed.length === 0 && reasons.length === 0) {
    host.toast('info', say(change.done, { what: whatText(targets) }));
    return tally;
  }
  if (change.keepsFailures) return tally;
  const tried = steps.filter((step) => step.targets.some((ref) => failed.includes(ref)));
  const text = [...reasons, ...(targets.length > 1 ? ['', say('Not done:'), ...nameLines(failed)] : [])].join('\n');
  const counts = say('{done} done, {failed} failed', { done: done.length, failed: failed.length });
  const title =
    targets.length > 1 ? `${change.confirmLabel}: ${counts}` : say('{action} failed', { action: change.confirmLabel });
  await notice(
    host,
    title,
    text,
    tried.map(({ argv }) => commandText(argv)),
  );
  return tally;
}
