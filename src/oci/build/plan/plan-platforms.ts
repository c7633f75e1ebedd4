import { KctlError } from '../../../lib/errors.ts';
import { canonicalReference, parseReference } from '../../reference.ts';
import { failureAt } from '../build-failure.ts';
import type { BuildRequest, BuildTools } from '../build-request.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import { layoutImage } from '../sources/named-contexts.ts';
import type { BaseImage } from './base-image.ts';
import { type Plan, planBuild } from './plan-build.ts';
import { type Platform, platformName } from './platform.ts';

type Tools = Pick<BuildTools, 'store' | 'resolve' | 'signal' | 'progress'>;

/**
 * What has to be done for each platform of a request.
 * @param isCheck nothing is run: all stages are looked at, and images that are not there do not matter
 * @throws BuildFailure
 */
export async function planPlatforms(request: BuildRequest, tools: Tools, isCheck: boolean): Promise<Plan[]> {
  const { platforms, target } = request;
  const asked = new Map<string, Promise<BaseImage | undefined>>();
  const options = {
    ...request,
    isOneOfSeveral: platforms.length > 1,
    ofAllStages: isCheck && target === undefined,
    allowed: isCheck ? new Set(['network.host', 'security.insecure']) : request.allowed,
    resolve(name: string, wanted: Platform, range: SourceRange) {
      // Stages that run here are the same for all platforms.
      const key = `${name} ${platformName(wanted)}`;
      const found = asked.get(key) ?? loadBase(name, wanted, range, { request, tools, isCheck });
      asked.set(key, found);
      return found;
    },
  };
  return Promise.all(platforms.map((platform) => planBuild({ ...options, platform })));
}

interface LoadContext {
  request: BuildRequest;
  tools: Tools;
  isCheck: boolean;
}

/** What an image says, shown as it is asked for. @returns undefined where it is not there and that does not matter */
async function loadBase(
  name: string,
  wanted: Platform,
  range: SourceRange,
  { request, tools, isCheck }: LoadContext,
): Promise<BaseImage | undefined> {
  const prefix = request.platforms.length > 1 ? `${platformName(wanted)} ` : '';
  const vertex = tools.progress.begin(`[${prefix}internal] load metadata for ${wholeName(name)}`);
  try {
    const say = (text: string) => vertex.note(text);
    const named = request.contexts?.find(name);
    const found =
      named?.kind === 'layout'
        ? await layoutImage(tools.store, named, wanted)
        : await tools.resolve(named?.kind === 'image' ? named.reference : name, wanted, tools.signal, say);
    vertex.done();
    warnOfPlatform(request, name, found, wanted, range);
    return found;
  } catch (error) {
    if (isCheck && error instanceof KctlError) {
      vertex.note('it is not there: variables that it may set are not checked');
      vertex.done();
      return undefined;
    }
    const failure = failureAt(error, range);
    vertex.failed((failure as Error).message, tools.signal.aborted);
    throw failure;
  }
}

function warnOfPlatform(
  { warnings }: BuildRequest,
  name: string,
  { platform, image }: BaseImage,
  wanted: Platform,
  range: SourceRange,
): void {
  if (platform.os === wanted.os && platform.architecture === wanted.architecture) return;
  const [is, expected] = [image.platform, `${wanted.os}/${wanted.architecture}`].map((text) => JSON.stringify(text));
  const text = `Base image ${name} was pulled with platform ${is}, expected ${expected} for current build`;
  warnings.add('InvalidBaseImagePlatform', range, text);
}

function wholeName(name: string): string {
  try {
    return canonicalReference(parseReference(name));
  } catch {
    return name;
  }
}
