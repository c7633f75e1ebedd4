/** Who may do what: accounts, roles, bindings, reviews, certificates. */
export const accessDescriptions = `
core/v1.ServiceAccount An identity for programs. Pods act as one.
  automountServiceAccountToken Whether pods get a token mounted, unless they say otherwise.
  imagePullSecrets Secrets for pulling images, for pods of this account.
  secrets Outdated: secrets that the account may use.
rbac/v1.Role Rights in one namespace.
  rules What is allowed.
rbac/v1.ClusterRole Rights in all namespaces, or a set of rights that role bindings can give in one.
  aggregationRule Collects the rules of other cluster roles by label.
  rules What is allowed.
rbac/v1.PolicyRule Verbs that are allowed on resources. There are no rules that forbid.
  apiGroups The groups of the resources; "" is the core group, * all.
  nonResourceURLs Paths that are no resources, such as /healthz. In cluster roles only.
  resourceNames The names of the objects; all if not set.
  resources The resources, such as pods or pods/log; * is all.
  verbs get, list, watch, create, update, patch, delete and others; * is all.
rbac/v1.RoleBinding Gives the rights of a role to users, groups or service accounts, in one namespace.
  roleRef The role. It cannot be changed.
  subjects Who gets the rights.
rbac/v1.ClusterRoleBinding Gives the rights of a cluster role to users, groups or service accounts, everywhere.
  roleRef The cluster role. It cannot be changed.
  subjects Who gets the rights.
rbac/v1.RoleRef The role that a binding gives.
  apiGroup rbac.authorization.k8s.io.
  kind Role or ClusterRole.
  name Its name.
rbac/v1.Subject Someone who gets rights.
  apiGroup rbac.authorization.k8s.io for users and groups, empty for service accounts.
  kind User, Group or ServiceAccount.
  name The name.
  namespace The namespace of a service account.
rbac/v1.AggregationRule Which cluster roles are collected.
  clusterRoleSelectors Their labels; one selector must fit.
authentication/v1.TokenRequest Asks for a token of a service account.
authentication/v1.TokenRequestSpec What token is asked for.
  audiences Who will accept the token; the API server if not set.
  boundObjectRef The object with which the token ends.
  expirationSeconds How long it is good for.
authentication/v1.TokenRequestStatus The token.
  expirationTimestamp When it ends.
  token The token itself.
authentication/v1.TokenReview Asks whose token this is.
authentication/v1.SelfSubjectReview Asks who you are to the server.
authorization/v1.SubjectAccessReview Asks whether someone may do something.
authorization/v1.SelfSubjectAccessReview Asks whether you may do something.
authorization/v1.LocalSubjectAccessReview Asks whether someone may do something in one namespace.
authorization/v1.SelfSubjectRulesReview Asks what you may do in a namespace.
certificates/v1.CertificateSigningRequest Asks for a certificate; someone approves it, a signer issues it.
certificates/v1.CertificateSigningRequestSpec What certificate is asked for, and by whom.
  expirationSeconds How long the certificate should be good for.
  extra More about who asks. Set by the server.
  groups The groups of who asks. Set by the server.
  request The PKCS#10 request in PEM, as base64.
  signerName Who is to sign, such as kubernetes.io/kube-apiserver-client.
  uid The uid of who asks. Set by the server.
  usages What the key is for, such as client auth.
  username Who asks. Set by the server.
certificates/v1.CertificateSigningRequestStatus What became of a request.
  certificate The certificate in PEM, once it is issued.
  conditions Approved, Denied or Failed.
`;
