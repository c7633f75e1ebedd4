import { LayerMapPage } from '../views/images/layer-map-page.ts';
import { LayersPage } from '../views/images/layers-page.ts';
import type { DashboardCommand } from './command.ts';

/** `:layers`, `:layers node`, `:layers shop/web:1` */
export const layersCommand: DashboardCommand = {
  names: ['layers', 'layer-map'],
  usage: '[IMAGE | node]',
  about: 'layers that images share, by image or by node; with an image, its files layer by layer',
  complete: (_, args) => (args.length === 0 ? ['node'] : []),
  run(host, { args: [name], filter }) {
    const isMap = name === undefined || name === 'node' || name === 'nodes';
    const page = isMap
      ? new LayerMapPage(host.services, name === undefined ? 'image' : 'node')
      : new LayersPage(host.services, { image: name });
    if (filter) page.setFilter(filter);
    host.push(page);
  },
};
