/**
 * The Roles of kube-system and kube-public, and who has them, in the notation of ../roles.ts. Facts of v1.36
 * (plugin/pkg/auth/authorizer/rbac/bootstrappolicy).
 */
export const namespaceRoles = `
kube-public/system:controller:bootstrap-signer
 get,list,watch configmaps core
 update configmaps core cluster-info
 create,patch,update events core,events.k8s.io
kube-system/extension-apiserver-authentication-reader
 get,list,watch configmaps core extension-apiserver-authentication
kube-system/system::leader-locking-kube-controller-manager
 create,get,list,update,watch leases coordination.k8s.io
 create,get,list,update,watch leasecandidates coordination.k8s.io
kube-system/system::leader-locking-kube-scheduler
 create,get,list,update,watch leases coordination.k8s.io
 create,get,list,update,watch leasecandidates coordination.k8s.io
kube-system/system:controller:bootstrap-signer
 get,list,watch secrets core
kube-system/system:controller:cloud-provider
 create,get,list,watch configmaps core
kube-system/system:controller:token-cleaner
 delete,get,list,watch secrets core
 create,patch,update events core,events.k8s.io
`;

export const namespaceRoleBindings = `
kube-public/system:controller:bootstrap-signer
 account kube-system/bootstrap-signer
kube-system/system::extension-apiserver-authentication-reader = Role/extension-apiserver-authentication-reader
 user system:kube-controller-manager
 user system:kube-scheduler
kube-system/system::leader-locking-kube-controller-manager
 user system:kube-controller-manager
 account kube-system/kube-controller-manager
 account kube-system/leader-election-controller
kube-system/system::leader-locking-kube-scheduler
 user system:kube-scheduler
 account kube-system/kube-scheduler
kube-system/system:controller:bootstrap-signer
 account kube-system/bootstrap-signer
kube-system/system:controller:cloud-provider
 account kube-system/cloud-provider
kube-system/system:controller:token-cleaner
 account kube-system/token-cleaner
`;
