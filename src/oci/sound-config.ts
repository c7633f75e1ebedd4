type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isObject: Test = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts: Test = (value) => Array.isArray(value) && value.every(isText);
const isTextMap: Test = (value) => isObject(value) && Object.values(value as object).every(isText);

/** What each field must be (image-spec config.md); `null` is nothing, as Go writes it. */
const fields: Readonly<Record<string, Test>> = {
  created: isText,
  author: isText,
  architecture: isText,
  variant: isText,
  os: isText,
  'os.version': isText,
  comment: isText,
  docker_version: isText,
  config: isObject,
  rootfs: isObject,
  history: Array.isArray,
};
const stepFields: Readonly<Record<string, Test>> = {
  created: isText,
  created_by: isText,
  author: isText,
  comment: isText,
};
const runFields: Readonly<Record<string, Test>> = {
  User: isText,
  WorkingDir: isText,
  StopSignal: isText,
  Env: isTexts,
  Entrypoint: isTexts,
  Cmd: isTexts,
  Shell: isTexts,
  OnBuild: isTexts,
  ExposedPorts: isObject,
  Volumes: isObject,
  Labels: isTextMap,
};

/**
 * The config of an image without what is not as the specification has it: anybody may have written it, and who reads
 * it goes by its types. Fields that are not known stay as they are.
 */
export function soundConfig<T extends object>(document: unknown): T {
  if (!isObject(document)) return {} as T;
  const { config, history, rootfs, ...rest } = sound(document as object, fields) as Record<string, object>;
  return {
    ...rest,
    ...(config && { config: sound(config, runFields) }),
    ...(rootfs && { rootfs: sound(rootfs, { type: isText, diff_ids: isTexts }) }),
    ...(history && {
      history: (history as unknown[]).map((step) => (isObject(step) ? sound(step as object, stepFields) : {})),
    }),
  } as T;
}

function sound(object: object, tests: Readonly<Record<string, Test>>): object {
  return Object.fromEntries(
    Object.entries(object).filter(([name, value]) => {
      const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
      return !test || (value === null && tests === runFields) || test(value);
    }),
  );
}
