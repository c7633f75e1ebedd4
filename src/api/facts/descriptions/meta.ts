/** What all objects have. `*` holds the fields that every kind begins with. */
export const metaDescriptions = `
*
  apiVersion The group and version in which this object is written, such as apps/v1; for the core group the version alone.
  kind The name of the object's type, such as Pod.
  metadata Name, labels and what else identifies and groups the object.
  listMetadata The version at which the list was read, and the token for the next page.
  items The objects, in no order to rely on.
  spec What is wanted. You write it; controllers work to make it true.
  status What is. Controllers write it; what you write here through the object itself is not taken.
meta/v1.ObjectMeta What every object has, whatever its kind: a name, where it lives, labels, and who owns it.
  annotations Notes as keys and values, for tools and people. Nothing selects by them, and values may be long.
  creationTimestamp When the server stored the object first. Set by the server.
  deletionGracePeriodSeconds Seconds the object was given to end when its deletion was asked for. Set by the server.
  deletionTimestamp When the object is to be gone. It stays for as long as there are finalizers. Set by the server.
  finalizers Names of what must be done before the object may go. Each is taken off by whoever has done it.
  generateName The start of a name that the server completes with random letters, where no name is given.
  generation Counts the changes of what is wanted. A controller that has seen it says so in status.observedGeneration.
  labels Keys and values to find the object by. Selectors of services, deployments and commands look at them.
  managedFields Which manager wrote which field, and when. Kept by the server, used by server-side apply.
  name The object's name, unique among objects of its kind in the namespace. It cannot be changed.
  namespace Where the object lives. Empty means default on creation; kinds of the whole cluster have none.
  ownerReferences What this object belongs to. When the last owner goes, the object is collected.
  resourceVersion The state in which the object was read. An update that carries an outdated one is refused as a conflict.
  selfLink No longer set.
  uid Tells this object from earlier and later ones of the same name. Set by the server.
meta/v1.ListMeta What a list says of itself.
  continue The token that gets the next page; empty on the last one.
  remainingItemCount About how many objects follow on further pages.
  resourceVersion The state of the cluster that the list shows. A watch can go on from here.
  selfLink No longer set.
meta/v1.OwnerReference Names the object that this one belongs to. An owner is in the same namespace or in none.
  apiVersion The group and version of the owner.
  blockOwnerDeletion True keeps the owner, when it is deleted in the foreground, until this object is gone.
  controller True for the one owner that manages this object.
  kind The kind of the owner.
  name The name of the owner.
  uid The uid of the owner, so that a new object of the same name is not mistaken for it.
meta/v1.ManagedFieldsEntry The fields that one manager has written.
  apiVersion The version of the object's kind in which the fields are named.
  fieldsType The form of fieldsV1; always FieldsV1.
  fieldsV1 The fields, as a tree of names.
  manager The name of the program that wrote them.
  operation Apply for server-side apply, Update for everything else.
  subresource The part of the object through which they were written, such as status.
  time When the entry was last changed.
meta/v1.LabelSelector Picks objects by their labels. All conditions must hold; an empty selector picks everything.
  matchExpressions Conditions with operators.
  matchLabels Labels that must be there with just these values.
meta/v1.LabelSelectorRequirement One condition on one label.
  key The label.
  operator In, NotIn, Exists or DoesNotExist.
  values What the label may be (In) or not be (NotIn); nothing for the other two.
meta/v1.Condition One statement about an object that is True, False or Unknown.
  lastTransitionTime When the status last changed from one value to another.
  message The details, for people.
  observedGeneration The generation of the object that the statement is about.
  reason One word in CamelCase that says why.
  status True, False or Unknown.
  type What the statement is about, such as Ready.
meta/v1.Status The answer to a request that has no object to give: what went wrong, or that it worked.
  code The HTTP status code.
  details What the answer is about: kind, name, and the fields at fault.
  message What happened, for people.
  reason One word for programs, such as NotFound or Conflict.
  status Success or Failure.
meta/v1.DeleteOptions How an object is to be deleted.
  dryRun With the entry All, everything is checked and nothing is deleted.
  gracePeriodSeconds Seconds the object has for ending; 0 means at once. Without it, the kind's own default.
  orphanDependents Outdated: use propagationPolicy.
  preconditions What must be true of the object; otherwise the request is refused.
  propagationPolicy Orphan leaves dependents alone, Background collects them later, Foreground collects them first.
meta/v1.Preconditions What must be true of an object for a request to go through.
  resourceVersion The version it must have.
  uid The uid it must have.
meta/v1.Patch A change to an object. The content type of the request says in which form.
`;
