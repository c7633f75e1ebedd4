import { expect, test } from 'vitest';
import { builtinResources } from '../../../src/api/resources.ts';
import { tablePrinter } from '../../../src/api/tables/index.ts';

/** The columns of a 1.36 server by resource; `*` marks those of wide output, `:type` a type other than string. */
const columns = `
componentstatuses: Name | Status | Message | Error
configmaps: Name | Data | Age
endpoints: Name | Endpoints | Age
events: Last Seen | Type | Reason | Object | Subobject* | Source* | Message | First Seen* | Count* | Name*
limitranges: Name | Created At:date
namespaces: Name | Status | Age
nodes: Name | Status | Roles | Age | Version | Internal-IP* | External-IP* | OS-Image* | Kernel-Version* | Container-Runtime*
persistentvolumeclaims: Name | Status | Volume | Capacity | Access Modes | StorageClass | VolumeAttributesClass | Age | VolumeMode*
persistentvolumes: Name | Capacity | Access Modes | Reclaim Policy | Status | Claim | StorageClass | VolumeAttributesClass | Reason | Age | VolumeMode*
pods: Name | Ready | Status | Restarts | Age | IP* | Node* | Nominated Node* | Readiness Gates*
podtemplates: Name | Containers | Images | Pod Labels
replicationcontrollers: Name | Desired:integer | Current:integer | Ready:integer | Age | Containers* | Images* | Selector*
resourcequotas: Name | Request | Limit | Age
secrets: Name | Type | Data | Age
serviceaccounts: Name | Age
services: Name | Type | Cluster-IP | External-IP | Port(s) | Age | Selector*
apiservices.apiregistration.k8s.io: Name | Service | Available | Age
controllerrevisions.apps: Name | Controller | Revision | Age
daemonsets.apps: Name | Desired:integer | Current:integer | Ready:integer | Up-to-date:integer | Available:integer | Node Selector | Age | Containers* | Images* | Selector*
deployments.apps: Name | Ready | Up-to-date | Available | Age | Containers* | Images* | Selector*
replicasets.apps: Name | Desired:integer | Current:integer | Ready:integer | Age | Containers* | Images* | Selector*
statefulsets.apps: Name | Ready | Age | Containers* | Images*
events.events.k8s.io: Last Seen | Type | Reason | Object | Subobject* | Source* | Message | First Seen* | Count* | Name*
horizontalpodautoscalers.autoscaling: Name | Reference | Targets | MinPods | MaxPods | Replicas | Age
cronjobs.batch: Name | Schedule | Timezone | Suspend:boolean | Active:integer | Last Schedule | Age | Containers* | Images* | Selector*
jobs.batch: Name | Status | Completions | Duration | Age | Containers* | Images* | Selector*
certificatesigningrequests.certificates.k8s.io: Name | Age | SignerName | Requestor | RequestedDuration | Condition
ingressclasses.networking.k8s.io: Name | Controller | Parameters | Age
ingresses.networking.k8s.io: Name | Class | Hosts | Address | Ports | Age
ipaddresses.networking.k8s.io: Name | ParentRef
networkpolicies.networking.k8s.io: Name | Pod-Selector | Age
servicecidrs.networking.k8s.io: Name | CIDRs | Age
poddisruptionbudgets.policy: Name | Min Available | Max Unavailable | Allowed Disruptions:integer | Age
clusterrolebindings.rbac.authorization.k8s.io: Name | Role | Age | Users* | Groups* | ServiceAccounts*
clusterroles.rbac.authorization.k8s.io: Name | Created At:date
rolebindings.rbac.authorization.k8s.io: Name | Role | Age | Users* | Groups* | ServiceAccounts*
roles.rbac.authorization.k8s.io: Name | Created At:date
csidrivers.storage.k8s.io: Name | AttachRequired:boolean | PodInfoOnMount:boolean | StorageCapacity:boolean | TokenRequests | RequiresRepublish:boolean | Modes | Age
csinodes.storage.k8s.io: Name | Drivers:integer | Age
csistoragecapacities.storage.k8s.io: Name | StorageClassName | Capacity
storageclasses.storage.k8s.io: Name | Provisioner | ReclaimPolicy | VolumeBindingMode | AllowVolumeExpansion | Age
volumeattachments.storage.k8s.io: Name | Attacher | PV | Node | Attached:boolean | Age
volumeattributesclasses.storage.k8s.io: Name | DriverName | Age
mutatingadmissionpolicies.admissionregistration.k8s.io: Name | Mutations:integer | ParamKind | Age
mutatingadmissionpolicybindings.admissionregistration.k8s.io: Name | PolicyName | ParamRef | Age
mutatingwebhookconfigurations.admissionregistration.k8s.io: Name | Webhooks:integer | Age
validatingadmissionpolicies.admissionregistration.k8s.io: Name | Validations:integer | ParamKind | Age
validatingadmissionpolicybindings.admissionregistration.k8s.io: Name | PolicyName | ParamRef | Age
validatingwebhookconfigurations.admissionregistration.k8s.io: Name | Webhooks:integer | Age
customresourcedefinitions.apiextensions.k8s.io: Name | Created At:date
priorityclasses.scheduling.k8s.io: Name | Value:integer | Global-Default:boolean | Age | PreemptionPolicy
leases.coordination.k8s.io: Name | Holder | Age
runtimeclasses.node.k8s.io: Name | Handler | Age
endpointslices.discovery.k8s.io: Name | AddressType | Ports | Endpoints | Age
deviceclasses.resource.k8s.io: Name | Age
resourceclaims.resource.k8s.io: Name | State | Age
resourceclaimtemplates.resource.k8s.io: Name | Age
resourceslices.resource.k8s.io: Name | Node | Driver | Pool | Age
flowschemas.flowcontrol.apiserver.k8s.io: Name | PriorityLevel | MatchingPrecedence | DistinguisherMethod | Age | MissingPL
prioritylevelconfigurations.flowcontrol.apiserver.k8s.io: Name | Type | NominalConcurrencyShares | Queues | HandSize | QueueLengthLimit | Age
nodes.metrics.k8s.io: Name | CPU | Memory | Window
pods.metrics.k8s.io: Name | CPU | Memory | Window
`;

test('the columns of every kind that can be listed are those of a real server', () => {
  const made = new Set<string>();
  for (const { group, plural, verbs } of builtinResources) {
    if (!verbs.includes('list')) continue;
    const name = group ? `${plural}.${group}` : plural;
    const shown = tablePrinter(name).columns.map(
      (column) => `${column.name}${column.type === 'string' ? '' : `:${column.type}`}${column.priority ? '*' : ''}`,
    );
    made.add(`${name}: ${shown.join(' | ')}`);
  }
  expect([...made]).toEqual(columns.trim().split('\n'));
});
