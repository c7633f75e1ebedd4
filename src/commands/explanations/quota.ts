import type { Asked, Said } from './explanation.ts';

/** What a quota counts: what was asked for, what is in use, and where the limit is. */
export async function* explainQuota({ status, tool, connect }: Asked): AsyncGenerator<Said> {
  const message = status?.message ?? '';
  const must = /failed quota: ([^:]+): must specify (.*)$/s.exec(message);
  const { namespace } = await connect();
  if (must) {
    yield `Quota ${must[1]} counts ${must[2]}: give every container of it, or the namespace a default by a LimitRange.`;
  }
  const found = /exceeded quota: ([^,]+), requested: (.*?), used: (.*?), limited: (.*)$/s.exec(message);
  if (!must && !found) return;
  const name = (must ?? found)![1]!;
  if (found) {
    const [requested, used, limited] = found.slice(2, 5).map(amounts);
    const parts = [...requested!].map(
      ([what, amount]) =>
        `${what}: ${used!.get(what) ?? '?'} of ${limited!.get(what) ?? '?'} in use, ${amount} more asked for`,
    );
    yield `Quota ${name} of namespace ${namespace} is used up: ${parts.join('; ')}.`;
    yield 'Ask for less, delete what is not needed, or have the quota raised. What is counted:';
  }
  yield { command: `${tool} describe quota ${name} -n ${namespace}` };
}

/** `pods=1,cpu=500m` */
function amounts(text: string): Map<string, string> {
  return new Map(
    text.split(',').flatMap((part) => {
      const at = part.lastIndexOf('=');
      return at < 0 ? [] : [[part.slice(0, at), part.slice(at + 1)] as const];
    }),
  );
}
