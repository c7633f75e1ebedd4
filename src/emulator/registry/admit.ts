import type { AdmissionPlugin, AdmissionRequest, Outcome } from './machine.ts';

type Step = 'admit' | 'check';

interface Chain {
  admit: readonly AdmissionPlugin[];
  prepare: readonly AdmissionPlugin[];
  check: readonly AdmissionPlugin[];
}

const chains = new WeakMap<readonly AdmissionPlugin[], Chain>();

/** Who has something to do in which step: most plugins only in one. */
function chainOf(admission: readonly AdmissionPlugin[]): Chain {
  let chain = chains.get(admission);
  if (!chain) {
    const having = (step: keyof Chain) => admission.filter((plugin) => plugin[step] !== undefined);
    chain = { admit: having('admit'), prepare: having('prepare'), check: having('check') };
    chains.set(admission, chain);
  }
  return chain;
}

/**
 * Lets every plugin default and refuse, in order, then does `next`. Where something from outside
 * changed the object, all are asked once more (kube-apiserver, admission/reinvocation.go).
 */
export function admit<T>(request: AdmissionRequest, next: () => Outcome<T>): Outcome<T> {
  return through('admit', request, () => {
    if (!request.reinvoke) return next();
    request.reinvoke = false;
    request.again = true;
    return through('admit', request, next);
  });
}

/**
 * Asks those that only look, once the object is valid, then does `next` in the same turn as the last
 * of them: what it found (quota left) is still true then.
 */
export function check<T>(request: AdmissionRequest, next: () => Outcome<T>): Outcome<T> {
  return through('check', request, next);
}

/** For requests that write no object of their own: CONNECT, and subresources such as `pods/binding`. */
export function admitAndCheck<T>(request: AdmissionRequest, next: () => Outcome<T>): Outcome<T> {
  return admit(request, () => check(request, next));
}

function through<T>(step: Step, request: AdmissionRequest, next: () => Outcome<T>): Outcome<T> {
  const plugins = chainOf(request.machine.admission)[step];
  for (let at = 0; at < plugins.length; at++) {
    const pending = plugins[at]![step]!(request);
    if (pending) return after(pending, plugins, at + 1, step, request, next);
  }
  return next();
}

async function after<T>(
  pending: Promise<void>,
  plugins: readonly AdmissionPlugin[],
  start: number,
  step: Step,
  request: AdmissionRequest,
  next: () => Outcome<T>,
): Promise<T> {
  await pending;
  for (let at = start; at < plugins.length; at++) {
    const more = plugins[at]![step]!(request);
    if (more) await more;
  }
  return next();
}

/**
 * Runs `prepare` of all plugins, then `next`; what they took is given back when that has ended: a stored
 * object says itself what is taken, and of a failed one nothing may stay.
 */
export function prepared<T>(request: AdmissionRequest, next: () => Outcome<T>): Outcome<T> {
  const releases: (() => void)[] = [];
  const release = () => {
    for (const one of releases) one();
  };
  let result: Outcome<T>;
  try {
    for (const plugin of chainOf(request.machine.admission).prepare) {
      const taken = plugin.prepare!(request);
      if (taken) releases.push(taken);
    }
    result = next();
  } catch (error) {
    release();
    throw error;
  }
  if (result instanceof Promise) return result.finally(release);
  release();
  return result;
}
