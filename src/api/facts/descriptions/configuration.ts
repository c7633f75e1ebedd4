/** Config maps, secrets, quotas and limits. */
export const configurationDescriptions = `
core/v1.ConfigMap Settings as keys and values, for containers to read as variables or files. Not for secrets.
  binaryData Values that are not UTF-8 text, in base64.
  data Keys and their text.
  immutable True forbids changes; the object can only be deleted.
core/v1.Secret Passwords, tokens, keys: like a config map, with access of its own.
  data Keys and their values in base64.
  immutable True forbids changes; the object can only be deleted.
  stringData Keys and plain text, for writing only: it is stored in data.
  type What is in it, such as Opaque, kubernetes.io/tls or kubernetes.io/dockerconfigjson. It cannot be changed.
core/v1.ResourceQuota The most that a namespace may use and hold.
core/v1.ResourceQuotaSpec The bounds.
  hard Names and amounts, such as pods: 10, requests.cpu: 4 or count/deployments.apps: 5.
  scopeSelector Which pods count, by scope.
  scopes Which pods count: Terminating, NotTerminating, BestEffort, NotBestEffort and others.
core/v1.ResourceQuotaStatus What is used.
  hard The bounds that hold.
  used What is used of each.
core/v1.LimitRange Bounds and defaults for single pods, containers and claims of a namespace.
core/v1.LimitRangeSpec The bounds.
  limits One entry for each type of thing.
core/v1.LimitRangeItem The bounds for one type of thing.
  default Limits that containers get which set none.
  defaultRequest Requests that containers get which set none.
  max The most.
  maxLimitRequestRatio How many times its request a limit may be.
  min The least.
  type Pod, Container or PersistentVolumeClaim.
`;
