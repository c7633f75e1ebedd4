import { basename, isAbsolute, join } from 'node:path';
import { toYaml } from '../../lib/yaml.ts';
import { failed, within } from '../failure.ts';
import type { HelmChart, HelmGlobals } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { mergeTrees } from '../merge/merge.ts';
import type { SchemaSource } from '../merge/schema.ts';
import { readResources } from '../resource/read-resources.ts';
import type { Resource } from '../resource/resource.ts';
import type { HelmSettings } from '../settings.ts';
import { parseNode } from '../tree/parse.ts';
import { fromValue, toValue } from '../tree/value.ts';

const MERGES = ['merge', 'override', 'replace'];

/** Inflates a chart by the helm program. */
export class ChartGenerator {
  private readonly chart: HelmChart & HelmGlobals;
  private readonly settings: HelmSettings;
  private readonly loader: Loader;
  private folder = '';

  private constructor(chart: HelmChart & HelmGlobals, settings: HelmSettings, loader: Loader) {
    this.chart = chart;
    this.settings = settings;
    this.loader = loader;
  }

  /** @throws KctlError `input` where charts are not allowed or the arguments do not fit */
  static async configure(
    args: HelmChart & HelmGlobals,
    settings: HelmSettings | undefined,
    loader: Loader,
  ): Promise<ChartGenerator> {
    if (!settings) throw failed('must specify --enable-helm');
    if (settings.command === '') throw failed('must specify --helm-command');
    const chart = {
      ...(settings.kubeVersion !== '' && { kubeVersion: settings.kubeVersion }),
      ...(settings.apiVersions.length > 0 && { apiVersions: [...settings.apiVersions] }),
      ...(settings.debug && { debug: true }),
      ...args,
    };
    if (!chart.name) throw failed('chart name cannot be empty');
    const generator = new ChartGenerator(chart, settings, loader);
    await generator.checkValues();
    return generator;
  }

  private async checkValues(): Promise<void> {
    const { chart, loader } = this;
    chart.valuesFile ||= join(this.chartHome(), chart.name!, 'values.yaml');
    const additional: string[] = [];
    for (const file of chart.additionalValuesFiles ?? []) {
      try {
        await loader.load(file);
      } catch (error) {
        throw within('could not load additionalValuesFile', error);
      }
      additional.push(join(loader.root, file));
    }
    chart.additionalValuesFiles = additional;
    chart.valuesMerge ||= 'override';
    if (!MERGES.includes(chart.valuesMerge)) throw failed(`valuesMerge must be one of [${MERGES.join(' ')}]`);
  }

  private chartHome(): string {
    const { chartHome = '', version, repo, name } = this.chart;
    const home = chartHome || 'charts';
    const absolute = isAbsolute(home) ? home : join(this.loader.root, home);
    return version && repo ? join(absolute, `${name}-${version}`) : absolute;
  }

  async generate(schemas: SchemaSource): Promise<Resource[]> {
    const { host } = this.loader;
    this.folder = host.temporaryFolder('kustomize-helm-');
    await this.checkVersion();
    const home = this.chartHome();
    if (!host.isFolder(join(home, this.chart.name!))) {
      if (!this.chart.repo) throw failed(`no repo specified for pull, no chart found at ''`);
      await this.helm(this.pullArguments(home));
    }
    const values = await this.valuesFile();
    return readResources(await this.helm(this.templateArguments(home, values)), schemas);
  }

  private async checkVersion(): Promise<void> {
    const text = await this.helm(['version', '-c', '--short']);
    const version = /v?(\d+(?:\.\d+)+)/.exec(text)?.[1];
    if (!version) throw failed(`cannot find version string in ${text}`);
    if (!version.startsWith('3.')) throw failed(`this plugin requires helm V3 but got v${version}`);
  }

  private async helm(args: readonly string[]): Promise<string> {
    const { command } = this.settings;
    const home = this.chart.configHome || join(this.folder, 'helm');
    const env = { HELM_CONFIG_HOME: home, HELM_CACHE_HOME: `${home}/.cache`, HELM_DATA_HOME: `${home}/.data` };
    const { stdout, stderr, failure } = await this.loader.host.run(command, args, { env });
    if (failure === undefined) return stdout;
    const shown = args.includes('--debug') ? ` Helm stack trace:\n${stderr}\nHelm template:\n${stdout}\n` : stderr;
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    throw failed(
      `${shown && `${shown}: `}unable to run: '${command} ${args.join(' ')}' with env=[${variables.join(' ')}] (is '${command}' installed?): ${failure}`,
    );
  }

  private pullArguments(home: string): string[] {
    const { repo = '', name, version } = this.chart;
    const source = repo.startsWith('oci://') ? [`${repo.replace(/\/$/, '')}/${name}`] : ['--repo', repo, name!];
    return ['pull', '--untar', '--untardir', home, ...source, ...(version ? ['--version', version] : [])];
  }

  private templateArguments(home: string, values: string): string[] {
    const { chart } = this;
    const flag = (name: string, value: string | undefined) => (value ? [name, value] : []);
    const mark = (name: string, isOn: boolean | undefined) => (isOn ? [name] : []);
    return [
      ...['template', chart.releaseName || '--generate-name', join(home, chart.name!)],
      ...flag('--namespace', chart.namespace),
      ...flag('--name-template', chart.nameTemplate),
      ...['-f', values],
      ...(chart.additionalValuesFiles ?? []).flatMap((file) => ['-f', file]),
      ...(chart.apiVersions ?? []).flatMap((version) => ['--api-versions', version]),
      ...flag('--kube-version', chart.kubeVersion),
      ...mark('--include-crds', chart.includeCRDs),
      ...mark('--skip-tests', chart.skipTests),
      ...mark('--no-hooks', chart.skipHooks),
      ...mark('--debug', chart.debug),
    ];
  }

  /** The chart's own values, with those that stand in the kustomization as `valuesMerge` says. */
  private async valuesFile(): Promise<string> {
    const { valuesInline = {}, valuesMerge, valuesFile, name } = this.chart;
    const fileName = `${basename(name!)}-kustomize-values.yaml`;
    if (Object.keys(valuesInline).length === 0) {
      return this.write(fileName, await this.loader.loadText(valuesFile!));
    }
    if (valuesMerge === 'replace') return this.write(fileName, toYaml(valuesInline));
    const own = parseNode(await this.loader.loadText(valuesFile!)) ?? fromValue({});
    const inline = fromValue(valuesInline);
    const [dest, patch] = valuesMerge === 'override' ? [own, inline] : [inline, own];
    const none: SchemaSource = { schemaOf: () => undefined, isClusterScoped: () => false };
    const merged = mergeTrees(dest, patch, { schemas: none, newItems: 'last' });
    return this.write(fileName, toYaml(toValue(merged)));
  }

  private write(name: string, text: string): string {
    return this.loader.host.temporaryFile(name, text);
  }
}
