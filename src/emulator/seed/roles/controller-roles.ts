/**
 * The controllers' ClusterRoles, in the notation of ../roles.ts. Facts of v1.36
 * (plugin/pkg/auth/authorizer/rbac/bootstrappolicy).
 */
export const controllerRoles = `
system:controller:attachdetach-controller
 list,watch persistentvolumeclaims,persistentvolumes core
 get,list,watch nodes core
 patch,update nodes/status core
 list,watch pods core
 create,patch,update events core,events.k8s.io
 create,delete,get,list,watch volumeattachments storage.k8s.io
 get,list,watch csidrivers storage.k8s.io
 get,list,watch csinodes storage.k8s.io
system:controller:certificate-controller
 delete,get,list,watch certificatesigningrequests certificates.k8s.io
 update certificatesigningrequests/approval,certificatesigningrequests/status certificates.k8s.io
 approve signers certificates.k8s.io kubernetes.io/kube-apiserver-client-kubelet
 sign signers certificates.k8s.io kubernetes.io/kube-apiserver-client,kubernetes.io/kube-apiserver-client-kubelet,kubernetes.io/kubelet-serving,kubernetes.io/legacy-unknown
 create subjectaccessreviews authorization.k8s.io
 create,patch,update events core,events.k8s.io
system:controller:clusterrole-aggregation-controller
 escalate,get,list,patch,update,watch clusterroles rbac.authorization.k8s.io
system:controller:cronjob-controller
 get,list,update,watch cronjobs batch
 create,delete,get,list,patch,update,watch jobs batch
 update cronjobs/status batch
 update cronjobs/finalizers batch
 delete,list,watch pods core
 create,patch,update events core,events.k8s.io
system:controller:daemon-set-controller
 get,list,watch daemonsets apps,extensions
 update daemonsets/status apps,extensions
 update daemonsets/finalizers apps,extensions
 list,watch nodes core
 create,delete,list,patch,watch pods core
 create pods/binding core
 create,delete,get,list,patch,update,watch controllerrevisions apps
 create,patch,update events core,events.k8s.io
system:controller:deployment-controller
 get,list,update,watch deployments apps,extensions
 update deployments/status apps,extensions
 update deployments/finalizers apps,extensions
 create,delete,get,list,patch,update,watch replicasets apps,extensions
 get,list,update,watch pods core
 create,patch,update events core,events.k8s.io
system:controller:device-taint-eviction-controller
 delete,get,list,watch pods core
 patch,update pods/status core
 get,list,watch resourceclaims resource.k8s.io
 get,list,watch resourceslices resource.k8s.io
 get,list,watch deviceclasses resource.k8s.io
 create,patch,update events core,events.k8s.io
system:controller:disruption-controller
 get,list,watch deployments apps,extensions
 get,list,watch replicasets apps,extensions
 get,list,watch replicationcontrollers core
 get,list,watch poddisruptionbudgets policy
 get,list,watch statefulsets apps
 update poddisruptionbudgets/status policy
 patch,update pods/status core
 get */scale *
 create,patch,update events core,events.k8s.io
system:controller:endpoint-controller
 get,list,watch pods,services core
 create,delete,get,list,update,watch endpoints core
 create endpoints/restricted core
 create,patch,update events core,events.k8s.io
system:controller:endpointslice-controller
 get,list,watch nodes,pods,services core
 update services/finalizers core
 create,delete,get,list,update,watch endpointslices discovery.k8s.io
 create,patch,update events core,events.k8s.io
system:controller:endpointslicemirroring-controller
 get,list,watch endpoints,services core
 update services/finalizers core
 update endpoints/finalizers core
 create,delete,get,list,update,watch endpointslices discovery.k8s.io
 create,patch,update events core,events.k8s.io
system:controller:ephemeral-volume-controller
 get,list,watch pods core
 update pods/finalizers core
 create,get,list,watch persistentvolumeclaims core
 create,patch,update events core,events.k8s.io
system:controller:expand-controller
 get,list,patch,update,watch persistentvolumes core
 patch,update persistentvolumeclaims/status core
 get,list,watch persistentvolumeclaims core
 create,patch,update events core,events.k8s.io
system:controller:generic-garbage-collector
 delete,get,list,patch,update,watch * *
 create,patch,update events core,events.k8s.io
system:controller:horizontal-pod-autoscaler
 get,list,watch horizontalpodautoscalers autoscaling
 update horizontalpodautoscalers/status autoscaling
 get,update */scale *
 list,watch pods core
 list,watch pods metrics.k8s.io
 get,list,watch * custom.metrics.k8s.io
 get,list,watch * external.metrics.k8s.io
 create,patch,update events core,events.k8s.io
system:controller:job-controller
 get,list,patch,update,watch jobs batch
 update jobs/status batch
 update jobs/finalizers batch
 create,delete,list,patch,watch pods core
 create,patch,update events core,events.k8s.io
system:controller:legacy-service-account-token-cleaner
 get configmaps core kube-apiserver-legacy-service-account-token-tracking
 delete,patch secrets core
system:controller:namespace-controller
 delete,get,list,watch namespaces core
 update namespaces/finalize,namespaces/status core
 delete,deletecollection,get,list,watch * *
system:controller:node-controller
 delete,get,list,patch,update,watch nodes core
 patch,update nodes/status core
 patch,update pods/status core
 delete,get,list,watch pods core
 create,patch,update events core,events.k8s.io
system:controller:persistent-volume-binder
 create,delete,get,list,update,watch persistentvolumes core
 update persistentvolumes/status core
 get,list,update,watch persistentvolumeclaims core
 update persistentvolumeclaims/status core
 create,delete,get,list,watch pods core
 get,list,watch storageclasses storage.k8s.io
 list,watch nodes core
 create,patch,update events core,events.k8s.io
 watch events core
system:controller:pod-garbage-collector
 delete,list,watch pods core
 get,list,watch nodes core
 patch pods/status core
system:controller:pv-protection-controller
 get,list,update,watch persistentvolumes core
 create,patch,update events core,events.k8s.io
system:controller:pvc-protection-controller
 get,list,update,watch persistentvolumeclaims core
 update persistentvolumeclaims/status core
 get,list,watch pods core
 create,patch,update events core,events.k8s.io
system:controller:replicaset-controller
 get,list,update,watch replicasets apps,extensions
 update replicasets/status apps,extensions
 update replicasets/finalizers apps,extensions
 create,delete,list,patch,watch pods core
 create,patch,update events core,events.k8s.io
system:controller:replication-controller
 get,list,update,watch replicationcontrollers core
 update replicationcontrollers/status core
 update replicationcontrollers/finalizers core
 create,delete,list,patch,watch pods core
 create,patch,update events core,events.k8s.io
system:controller:resource-claim-controller
 get,list,watch pods core
 update pods/finalizers core
 create,delete,get,list,watch resourceclaims resource.k8s.io
 patch,update resourceclaims,resourceclaims/status resource.k8s.io
 patch,update pods/status core
 create,patch,update events core,events.k8s.io
 patch,update resourceclaims/binding resource.k8s.io
system:controller:resourcequota-controller
 list,watch * *
 update resourcequotas/status core
 create,patch,update events core,events.k8s.io
system:controller:root-ca-cert-publisher
 create,update configmaps core
 create,patch,update events core,events.k8s.io
system:controller:route-controller
 list,watch nodes core
 patch nodes/status core
 create,patch,update events core,events.k8s.io
system:controller:selinux-warning-controller
 create,patch,update events core,events.k8s.io
 get,list,watch persistentvolumes core
 get,list,watch persistentvolumeclaims core
 get,list,watch pods core
 get,list,watch csidrivers storage.k8s.io
system:controller:service-account-controller
 create serviceaccounts core
 create,patch,update events core,events.k8s.io
system:controller:service-cidrs-controller
 get,list,patch,update,watch servicecidrs networking.k8s.io
 patch,update servicecidrs/finalizers networking.k8s.io
 patch,update servicecidrs/status networking.k8s.io
 get,list,watch ipaddresses networking.k8s.io
 create,patch,update events core,events.k8s.io
system:controller:service-controller
 get,list,watch services core
 patch,update services/status core
 list,watch nodes core
 create,patch,update events core,events.k8s.io
system:controller:statefulset-controller
 list,watch pods core
 get,list,watch statefulsets apps
 update statefulsets/status apps
 update statefulsets/finalizers apps
 create,delete,get,patch,update pods core
 create,delete,get,list,patch,update,watch controllerrevisions apps
 create,get,list,watch persistentvolumeclaims core
 delete,update persistentvolumeclaims core
 update pods/finalizers core
 create,patch,update events core,events.k8s.io
system:controller:ttl-after-finished-controller
 delete,get,list,watch jobs batch
 create,patch,update events core,events.k8s.io
system:controller:ttl-controller
 list,patch,update,watch nodes core
 create,patch,update events core,events.k8s.io
system:controller:validatingadmissionpolicy-status-controller
 get,list,watch validatingadmissionpolicies admissionregistration.k8s.io
 get,patch,update validatingadmissionpolicies/status admissionregistration.k8s.io
 create,patch,update events core,events.k8s.io
system:controller:volumeattributesclass-protection-controller
 get,list,watch persistentvolumeclaims core
 get,list,watch persistentvolumes core
 get,list,update,watch volumeattributesclasses storage.k8s.io
 create,patch,update events core,events.k8s.io
`;
