import type { BuildRequest } from '../../oci/build/build-request.ts';
import { parseDockerfile } from '../../oci/build/dockerfile/parse-dockerfile.ts';
import { checkFile } from '../../oci/build/lint/check-file.ts';
import { checkSettings, Warnings } from '../../oci/build/lint/warnings.ts';
import type { BuildOptions } from './options.ts';
import type { BuildInputs } from './read-inputs.ts';

/** The argument that says in place of `# check=` which checks are made. */
export const CHECK_SETTINGS = 'BUILDKIT_DOCKERFILE_CHECK';

/** What to build: what the command line and the Dockerfile say together. @throws DockerfileError */
export function requestOf({ asked, secrets }: BuildOptions, inputs: BuildInputs): BuildRequest {
  const file = parseDockerfile(inputs.text);
  const settings = asked.buildArgs.get(CHECK_SETTINGS) ?? file.directives.check;
  const warnings = new Warnings(checkSettings(settings));
  checkFile(file, warnings);
  const { identity, context, contextName, contexts, ignore } = inputs;
  return {
    ...asked,
    ...{ file, warnings, identity, context, contextName, contexts, ignore },
    secret: async ({ id }) => secrets.get(id)?.(),
  };
}
