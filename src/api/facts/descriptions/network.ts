/** Services, ingresses, policies and endpoints. */
export const networkDescriptions = `
core/v1.Service A lasting name and address for pods that come and go.
core/v1.ServiceSpec Which pods, on which ports, and who can reach them.
  allocateLoadBalancerNodePorts Whether a load balancer's service gets node ports too.
  clusterIP The service's address in the cluster. None makes it headless: names lead to the pods themselves.
  clusterIPs The addresses, at most one for each IP family.
  externalIPs Addresses outside the cluster's care for which nodes take traffic.
  externalName For the type ExternalName: the domain name that the service stands for.
  externalTrafficPolicy Cluster spreads traffic from outside over all pods, Local keeps it on the node where it came in.
  healthCheckNodePort The node port at which load balancers ask, where externalTrafficPolicy is Local.
  internalTrafficPolicy Cluster or Local, for traffic from within.
  ipFamilies IPv4, IPv6 or both.
  ipFamilyPolicy SingleStack, PreferDualStack or RequireDualStack.
  loadBalancerClass Which load balancer takes care of the service.
  loadBalancerIP Outdated: the address wanted from the load balancer.
  loadBalancerSourceRanges The addresses that may use the load balancer.
  ports The ports of the service.
  publishNotReadyAddresses True lists pods that are not ready too.
  selector Labels of the pods that traffic goes to. Without one, endpoints are made by hand.
  sessionAffinity ClientIP sends each client to the same pod again, None does not.
  sessionAffinityConfig How long that holds.
  trafficDistribution Which pods are preferred, such as those of the same zone.
  type Who can reach it: ClusterIP (within the cluster, the default), NodePort, LoadBalancer or ExternalName.
core/v1.ServicePort A port of a service.
  appProtocol The protocol that is spoken, as a hint.
  name A name for the port; needed where there are several.
  nodePort The port on every node, for the types NodePort and LoadBalancer.
  port The port of the service.
  protocol TCP (the default), UDP or SCTP.
  targetPort The port of the pods, by number or name; the same as port if not set.
core/v1.ServiceStatus What is known of a service.
  conditions Statements about the service.
  loadBalancer Where the load balancer listens.
core/v1.Endpoints Outdated list of the addresses behind a service. Use EndpointSlice.
  subsets Addresses and the ports they have.
discovery/v1.EndpointSlice Some of the addresses behind a service, with what is known of each.
  addressType IPv4, IPv6 or FQDN.
  endpoints The addresses.
  ports The ports that all of them have.
discovery/v1.Endpoint One place where a service is found.
  addresses Its addresses; all lead to the same place.
  conditions Whether it can take traffic.
  deprecatedTopology Outdated: labels of where it is.
  hints Who should use it.
  hostname Its host name.
  nodeName The node it is on.
  targetRef The pod behind it.
  zone The zone it is in.
discovery/v1.EndpointConditions Whether an endpoint can take traffic.
  ready It should get traffic.
  serving It answers, though it may be ending.
  terminating It is ending.
discovery/v1.EndpointPort A port of endpoints.
  appProtocol The protocol that is spoken, as a hint.
  name The name of the service's port.
  port The number.
  protocol TCP, UDP or SCTP.
networking/v1.Ingress Leads HTTP requests from outside to services, by host and path.
networking/v1.IngressSpec Which requests go where.
  defaultBackend Where requests go that no rule takes.
  ingressClassName The IngressClass whose controller serves it.
  rules Hosts and their paths.
  tls Certificates for hosts.
networking/v1.IngressRule The paths of one host.
  host The host, such as shop.example.com or *.example.com; all hosts if not set.
  http The paths.
networking/v1.HTTPIngressRuleValue Paths of a host.
  paths The paths; the longest that fits holds.
networking/v1.HTTPIngressPath A path and where it leads.
  backend The service.
  path The path, beginning with a slash.
  pathType Exact, Prefix (by parts between slashes) or ImplementationSpecific.
networking/v1.IngressBackend Where requests go.
  resource An object other than a service.
  service The service.
networking/v1.IngressServiceBackend A service and its port.
  name The service.
  port The port.
networking/v1.ServiceBackendPort A port, by name or number.
  name The name.
  number The number.
networking/v1.IngressTLS A certificate and its hosts.
  hosts The hosts.
  secretName The secret with the certificate and its key.
networking/v1.IngressStatus Where the ingress is reached.
  loadBalancer The addresses.
networking/v1.IngressClass A kind of ingress controller.
networking/v1.IngressClassSpec Which controller.
  controller Its name, such as example.com/ingress.
  parameters An object with more settings.
networking/v1.NetworkPolicy Says who may talk with certain pods. Pods that no policy picks may talk with all.
networking/v1.NetworkPolicySpec Which pods, and whom they may talk with.
  egress Where the pods may send. An empty list allows nothing.
  ingress From where the pods may get. An empty list allows nothing.
  podSelector The pods that the policy is about; an empty one means all of the namespace.
  policyTypes Ingress, Egress or both.
networking/v1.NetworkPolicyIngressRule Traffic that is allowed in.
  from Who may send; anyone if not set.
  ports To which ports; all if not set.
networking/v1.NetworkPolicyEgressRule Traffic that is allowed out.
  ports To which ports; all if not set.
  to To whom; anyone if not set.
networking/v1.NetworkPolicyPeer One side of the talk.
  ipBlock A range of addresses.
  namespaceSelector Namespaces, by label.
  podSelector Pods, by label; of the same namespace unless namespaceSelector is there too.
networking/v1.NetworkPolicyPort A port or a range.
  endPort The last port of a range.
  port The port, by number or name.
  protocol TCP (the default), UDP or SCTP.
networking/v1.IPBlock A range of addresses.
  cidr The range, such as 10.0.0.0/8.
  except Ranges in it that do not count.
networking/v1.ServiceCIDR A range of addresses for services.
networking/v1.ServiceCIDRSpec The ranges.
  cidrs One for each IP family at most.
networking/v1.IPAddress One address that is in use.
networking/v1.IPAddressSpec Who uses it.
  parentRef The object that has the address.
`;
