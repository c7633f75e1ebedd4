import type { Causes } from './causes.ts';
import { between, checkDnsLabel, checkSubdomain, type Fields, listAt } from './checks.ts';

/** Parts of a pod's status that nodes and schedulers write. Source: Kubernetes pkg/apis/core/validation/validation.go. */

function checkClaimStatuses(causes: Causes, statuses: readonly Fields[], claims: readonly Fields[]): void {
  const names = new Set<string>();
  for (const [index, { name = '', resourceClaimName }] of statuses.entries()) {
    const at = `status.resourceClaimStatuses[${index}]`;
    if (!claims.some((claim) => claim.name === name)) {
      causes.invalid(`${at}.name`, name, 'must match the name of an entry in `spec.resourceClaims`');
    }
    if (names.has(name)) causes.duplicate(`${at}.name`, name);
    names.add(name);
    if (resourceClaimName !== undefined) checkSubdomain(causes, `${at}.resourceClaimName`, resourceClaimName);
  }
}

function checkExtendedClaim(causes: Causes, status: Fields | undefined, spec: Fields): void {
  if (!status) return;
  const path = 'status.extendedResourceClaimStatus';
  const mappings = listAt(status, 'requestMappings');
  if (mappings.length === 0) causes.required(`${path}.requestMappings`, 'at least one request mapping is required');
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
  const seen = new Set<string>();
  for (const [index, { containerName = '', resourceName = '', requestName = '' }] of mappings.entries()) {
    const at = `${path}.requestMappings[${index}]`;
    const container = containers.find(({ name }) => name === containerName);
    if (!container) {
      const detail = 'must match the name of an entry in spec.initContainers.name or spec.containers.name';
      causes.invalid(`${at}.containerName`, containerName, detail);
    } else if (container.resources?.requests?.[resourceName] === undefined) {
      const detail =
        'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests';
      causes.invalid(`${at}.resourceName`, resourceName, detail);
    }
    checkDnsLabel(causes, `${path}.requestName`, requestName);
    const key = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(key)) {
      for (const [field, value] of Object.entries({ containerName, resourceName, requestName })) {
        causes.duplicate(`${at}.${field}`, value);
      }
    }
    seen.add(key);
  }
  if (!status.resourceClaimName) causes.required(`${path}.resourceClaimName`);
  else checkSubdomain(causes, `${path}.resourceClaimName`, status.resourceClaimName);
}

export function checkClaimsOfStatus(causes: Causes, status: Fields, spec: Fields): void {
  checkClaimStatuses(causes, listAt(status, 'resourceClaimStatuses'), listAt(spec, 'resourceClaims'));
  checkExtendedClaim(causes, status.extendedResourceClaimStatus, spec);
}

const listed = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'];

/** Who a container runs as, in the words of its system. */
export function checkUsers(causes: Causes, status: Fields, spec: Fields): void {
  const system = spec.os ? spec.os.name : 'linux';
  for (const field of listed) {
    for (const [index, { user }] of listAt(status, field).entries()) {
      const at = `status.${field}[${index}].user.linux`;
      if (!user?.linux) continue;
      if (system === 'windows') causes.forbidden(at, 'cannot be set for a windows pod');
      if (system !== 'linux') continue;
      const checkId = (path: string, id: unknown): void => {
        if (typeof id === 'number' && (id < 0 || id > 2147483647)) causes.invalid(path, id, between(0, 2147483647));
      };
      checkId(`${at}.uid`, user.linux.uid);
      checkId(`${at}.gid`, user.linux.gid);
      for (const [position, id] of ((user.linux.supplementalGroups ?? []) as unknown[]).entries()) {
        checkId(`${at}.supplementalGroups[${position}]`, id);
      }
    }
  }
}

const health = ['Healthy', 'Unhealthy', 'Unknown'];

function isAsked(container: Fields, name: string): boolean {
  if (!name.startsWith('claim:')) return container.resources?.requests?.[name] !== undefined;
  const claims = listAt(container.resources, 'claims');
  return claims.some((claim) => name === `claim:${claim.name}${claim.request ? `/${claim.request}` : ''}`);
}

/** How the devices are that containers were given. */
export function checkDevicesOfStatus(causes: Causes, status: Fields, spec: Fields): void {
  for (const field of ['containerStatuses', 'initContainerStatuses']) {
    const containers = listAt(spec, field === 'containerStatuses' ? 'containers' : 'initContainers');
    for (const [index, one] of listAt(status, field).entries()) {
      const container = containers.find(({ name }) => name === one.name);
      for (const [position, { name = '', resources }] of listAt(one, 'allocatedResourcesStatus').entries()) {
        const at = `status.${field}[${index}].allocatedResourcesStatus[${position}]`;
        if (container && !isAsked(container, name)) {
          const claim =
            "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
          const isClaim = name.startsWith('claim:');
          causes.invalid(`${at}.name`, name, isClaim ? claim : "must match one of the container's resource requests");
        }
        const ids = new Set<string>();
        for (const [where, { health: state = '', resourceID = '' }] of ((resources ?? []) as Fields[]).entries()) {
          if (!health.includes(state)) causes.notSupported(`${at}.resources[${where}].health`, state, health);
          if (ids.has(resourceID)) causes.duplicate(`${at}.resources[${where}].resourceID`, resourceID);
          ids.add(resourceID);
        }
      }
    }
  }
  for (const [index, one] of listAt(status, 'ephemeralContainerStatuses').entries()) {
    if (listAt(one, 'allocatedResourcesStatus').length === 0) continue;
    const at = `status.ephemeralContainerStatuses[${index}].allocatedResourcesStatus`;
    causes.forbidden(at, 'must not be specified in container status');
  }
}
