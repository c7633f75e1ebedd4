import { groupResource } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import { readRelease } from '../../store/helm/release.ts';
import { podOwners } from '../views/drills.ts';
import { imagesOf, type NamedImage } from '../views/images/images-of.ts';
import { LayersPage } from '../views/images/layers-page.ts';
import { imagesOfRelease } from '../views/images/release-images.ts';
import { askedImage, imagesResource } from '../views/local/images.ts';
import type { ObjectRef } from '../views/view.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';

/** Kinds that name images, or keep them. */
const imageKinds: readonly string[] = [
  'pods',
  'containers.kctl.dev',
  ...podOwners.filter((kind) => !['services', 'poddisruptionbudgets.policy'].includes(kind)),
  'cronjobs.batch',
  'nodes',
];

/** Opens the layers of an image of what is under the cursor; asks which, where there are several. */
async function openLayers({ host, target }: ActionContext, ref: ObjectRef): Promise<void> {
  const before = host.current();
  const object = await host.services.get(ref.resource, ref.namespace, ref.name);
  const container = target && groupResource(target.resource) === 'containers.kctl.dev' ? target.name : undefined;
  const found = imagesOf(object, container);
  if (found.length === 0) throw new KctlError('input', say('{name} names no image', { name: ref.name }));
  if (host.current() !== before) return;
  const image = await pickImage(host, ref.name, found, ({ containers }) => containers);
  if (image) host.push(new LayersPage(host.services, { image: image.image, digest: image.digest, ref }));
}

/** Opens the layers of an image that a release names; asks which, where there are several. */
async function openOfRelease({ host, model }: ActionContext, secret: ObjectRef): Promise<void> {
  const release = await readRelease(await host.services.get(secret.resource, secret.namespace, secret.name));
  const found = imagesOfRelease(release);
  if (found.length === 0) throw new KctlError('input', say('{name} names no image', { name: release.name }));
  if (host.current() !== model) return;
  const picked = await pickImage(host, release.name, found, ({ users }) => users);
  if (picked) host.push(new LayersPage(host.services, { image: picked.image, digest: undefined, ref: picked.ref }));
}

/** Asks only where there is something to choose. */
async function pickImage<Image extends NamedImage>(
  host: ActionContext['host'],
  name: string,
  images: readonly Image[],
  usersOf: (image: Image) => readonly string[],
): Promise<Image | undefined> {
  if (images.length === 1) return images[0];
  const items = images.map((image) => ({ id: image.image, label: image.image, detail: usersOf(image).join(', ') }));
  const picked = await host.pick({ title: say('Which image of {name}?', { name }), items });
  return images.find(({ image }) => image === picked?.items[0]?.id);
}

/** @param refOf the object that a server knows, of what is under the cursor */
export function openImagesAction(
  refOf: (context: ActionContext) => ObjectRef | undefined,
  disabled: (context: ActionContext) => string | undefined,
): Action {
  return {
    id: 'images',
    label: 'Layers',
    group: 'Show',
    verb: 'get',
    views: ['table', 'logs', 'page', 'document/describe', 'document/yaml'],
    kinds: imageKinds,
    hint: ['table'],
    disabled: (context) => {
      if (context.model instanceof LayersPage) return 'these are the layers';
      const ref = refOf(context);
      const isFor = !ref || imageKinds.includes(groupResource(ref.resource));
      return disabled(context) ?? (isFor ? undefined : `not for ${ref.resource.plural}`);
    },
    apply: (context) => openLayers(context, refOf(context)!),
  };
}

/** Where rows are images, or releases that name some. */
export const openListedAction: Action = {
  id: 'images-listed',
  label: 'Layers',
  group: 'Show',
  verb: 'get',
  views: ['table/images', 'table/helm', 'table/helm-history'],
  disabled: ({ target }) => (target ? undefined : 'no row is selected'),
  apply(context) {
    const { host, target } = context;
    const { resource, name } = target!;
    if (groupResource(resource) !== groupResource(imagesResource)) return openOfRelease(context, target!);
    host.push(new LayersPage(host.services, askedImage(host.services, name)));
  },
};
