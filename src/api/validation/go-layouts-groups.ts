/**
 * Structs of groups that are written seldom, in the notation of go-layouts.ts. Facts of Kubernetes 1.36,
 * pkg/apis/<group>/types.go.
 */
export const groupLayouts = `
admissionregistration.AuditAnnotation Key:string ValueExpression:string
authorization.NonResourceAttributes Path:string Verb:string
flowcontrol.ExemptPriorityLevelConfiguration NominalConcurrencyShares:*int32 LendablePercent:*int32
flowcontrol.FlowDistinguisherMethod Type:string
flowcontrol.FlowSchemaSpec PriorityLevelConfiguration:flowcontrol.PriorityLevelConfigurationReference MatchingPrecedence:int32 DistinguisherMethod:*flowcontrol.FlowDistinguisherMethod Rules:[]flowcontrol.PolicyRulesWithSubjects
flowcontrol.GroupSubject Name:string
flowcontrol.LimitResponse Type:string Queuing:*flowcontrol.QueuingConfiguration
flowcontrol.LimitedPriorityLevelConfiguration NominalConcurrencyShares:int32 LimitResponse:flowcontrol.LimitResponse LendablePercent:*int32 BorrowingLimitPercent:*int32
flowcontrol.NonResourcePolicyRule Verbs:[]string NonResourceURLs:[]string
flowcontrol.PolicyRulesWithSubjects Subjects:[]flowcontrol.Subject ResourceRules:[]flowcontrol.ResourcePolicyRule NonResourceRules:[]flowcontrol.NonResourcePolicyRule
flowcontrol.PriorityLevelConfigurationReference Name:string
flowcontrol.PriorityLevelConfigurationSpec Type:string Limited:*flowcontrol.LimitedPriorityLevelConfiguration Exempt:*flowcontrol.ExemptPriorityLevelConfiguration
flowcontrol.QueuingConfiguration Queues:int32 HandSize:int32 QueueLengthLimit:int32
flowcontrol.ResourcePolicyRule Verbs:[]string APIGroups=apiGroups:[]string Resources:[]string ClusterScope:bool Namespaces:[]string
flowcontrol.ServiceAccountSubject Namespace:string Name:string
flowcontrol.Subject Kind:string User:*flowcontrol.UserSubject Group:*flowcontrol.GroupSubject ServiceAccount:*flowcontrol.ServiceAccountSubject
flowcontrol.UserSubject Name:string
resource.AllocatedDeviceStatus Driver:string Pool:string Device:string ShareID:*string Conditions:[]v1.Condition Data:*runtime.RawExtension NetworkData:*resource.NetworkDeviceData
resource.AllocationResult Devices:resource.DeviceAllocationResult NodeSelector:*core.NodeSelector AllocationTimestamp:*v1.Time
resource.CELDeviceSelector Expression:string
resource.CapacityRequestPolicy Default:*resource.Quantity ValidValues:[]resource.Quantity ValidRange:*resource.CapacityRequestPolicyRange
resource.CapacityRequestPolicyRange Min:*resource.Quantity Max:*resource.Quantity Step:*resource.Quantity
resource.CapacityRequirements Requests:{}resource.Quantity
resource.Counter Value:resource.Quantity
resource.CounterSet Name:string Counters:{}resource.Counter
resource.Device Name:string Attributes:{}resource.DeviceAttribute Capacity:{}resource.DeviceCapacity ConsumesCounters:[]resource.DeviceCounterConsumption NodeName:*string NodeSelector:*core.NodeSelector AllNodes:*bool Taints:[]resource.DeviceTaint BindsToNode:*bool BindingConditions:[]string BindingFailureConditions:[]string AllowMultipleAllocations:*bool NodeAllocatableResourceMappings:{}resource.NodeAllocatableResourceMapping
resource.DeviceAllocationConfiguration Source:string Requests:[]string @:resource.DeviceConfiguration
resource.DeviceAllocationResult Results:[]resource.DeviceRequestAllocationResult Config:[]resource.DeviceAllocationConfiguration
resource.DeviceAttribute IntValue=int:*int64 BoolValue=bool:*bool StringValue=string:*string VersionValue=version:*string IntValues=ints:[]int64 BoolValues=bools:[]bool StringValues=strings:[]string VersionValues=versions:[]string
resource.DeviceCapacity Value:resource.Quantity RequestPolicy:*resource.CapacityRequestPolicy
resource.DeviceClaim Requests:[]resource.DeviceRequest Constraints:[]resource.DeviceConstraint Config:[]resource.DeviceClaimConfiguration
resource.DeviceClaimConfiguration Requests:[]string @:resource.DeviceConfiguration
resource.DeviceConfiguration Opaque:*resource.OpaqueDeviceConfiguration
resource.DeviceConstraint Requests:[]string MatchAttribute:*string DistinctAttribute:*string
resource.DeviceCounterConsumption CounterSet:string Counters:{}resource.Counter
resource.DeviceRequest Name:string Exactly:*resource.ExactDeviceRequest FirstAvailable:[]resource.DeviceSubRequest
resource.DeviceRequestAllocationResult Request:string Driver:string Pool:string Device:string AdminAccess:*bool Tolerations:[]resource.DeviceToleration BindingConditions:[]string BindingFailureConditions:[]string ShareID:*string ConsumedCapacity:{}resource.Quantity
resource.DeviceSelector CEL=cel:*resource.CELDeviceSelector
resource.DeviceSubRequest Name:string DeviceClassName:string Selectors:[]resource.DeviceSelector AllocationMode:string Count:int64 Tolerations:[]resource.DeviceToleration Capacity:*resource.CapacityRequirements
resource.DeviceTaint Key:string Value:string Effect:string TimeAdded:*v1.Time
resource.DeviceToleration Key:string Operator:string Value:string Effect:string TolerationSeconds:*int64
resource.ExactDeviceRequest DeviceClassName:string Selectors:[]resource.DeviceSelector AllocationMode:string Count:int64 AdminAccess:*bool Tolerations:[]resource.DeviceToleration Capacity:*resource.CapacityRequirements
resource.NetworkDeviceData InterfaceName:string IPs=ips:[]string HardwareAddress:string
resource.NodeAllocatableResourceMapping CapacityKey:*string AllocationMultiplier:*resource.Quantity
resource.OpaqueDeviceConfiguration Driver:string Parameters:runtime.RawExtension
resource.ResourceClaimConsumerReference APIGroup=apiGroup:string Resource:string Name:string UID=uid:string
resource.ResourceClaimSpec Devices:resource.DeviceClaim
resource.ResourceClaimTemplateSpec @:v1.ObjectMeta Spec:resource.ResourceClaimSpec
resource.ResourcePool Name:string Generation:int64 ResourceSliceCount:int64
resource.ResourceSliceSpec Driver:string Pool:resource.ResourcePool NodeName:*string NodeSelector:*core.NodeSelector AllNodes:*bool Devices:[]resource.Device PerDeviceNodeSelection:*bool SharedCounters:[]resource.CounterSet
v1.Condition type:string status:string observedGeneration?:int64 lastTransitionTime:v1.Time reason:string message:string
`;
