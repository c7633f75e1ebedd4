/**
 * The messages of aggregated discovery (k8s.io/api, apidiscovery/v2/generated.proto), which is no API of
 * its own and so not among the kinds; in the notation of `messages.ts`.
 */
export const discoveryTable = `
meta/v1.GroupVersionKind group:s! version:s! kind:s!
apidiscovery.k8s.io/v2.APIGroupDiscovery metadata:meta/v1.ObjectMeta versions:[]APIVersionDiscovery
apidiscovery.k8s.io/v2.APIResourceDiscovery resource:s! responseKind:meta/v1.GroupVersionKind? scope:s! singularResource:s! verbs:[]s! shortNames:[]s categories:[]s subresources:[]APISubresourceDiscovery
apidiscovery.k8s.io/v2.APISubresourceDiscovery subresource:s! responseKind:meta/v1.GroupVersionKind? acceptedTypes:[]meta/v1.GroupVersionKind verbs:[]s!
apidiscovery.k8s.io/v2.APIVersionDiscovery version:s! resources:[]APIResourceDiscovery freshness:s
`;
