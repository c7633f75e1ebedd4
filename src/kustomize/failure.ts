import { KctlError } from '../lib/errors.ts';

/** A kustomization that cannot be built, in kustomize's words. */
export function failed(message: string, cause?: unknown): KctlError {
  return new KctlError('input', message, cause === undefined ? {} : { cause });
}

/** The same failure with a word on where it happened in front. */
export function within(where: string, error: unknown): KctlError {
  if (!(error instanceof Error)) throw error;
  return failed(`${where}: ${error.message}`, error);
}

/** Runs `step`; what fails in it says where. */
export function located<T>(where: () => string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw within(where(), error);
  }
}

/** Waits for `step`; what fails in it says where. */
export async function locatedAsync<T>(where: () => string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw within(where(), error);
  }
}
