// Three builds: the plugin as Grafana loads it (AMD, Grafana's own libraries external), the script of its worker, which is
// no AMD module and one file, and the host that loads the plugin here.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { rspack } from '@rspack/core';

const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const pluginId = 'fallbackstatuspoint-fsp-app';
const icon = (name) => join(folderOf('@grafana/ui'), `dist/public/img/icons/unicons/${name}.svg`);
const folderOf = (name, from = here) => dirname(require.resolve(`${name}/package.json`, { paths: [from] }));

const compile = {
  rules: [
    {
      test: /\.tsx?$/,
      exclude: /node_modules/,
      loader: 'builtin:swc-loader',
      options: {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
      },
      type: 'javascript/auto',
    },
    { test: /\.css$/, type: 'css' },
    { test: /\.md$/, type: 'asset/source' },
    // Libraries that call themselves ES modules and leave the ends off their imports.
    { test: /\.m?js$/, resolve: { fullySpecified: false } },
  ],
};
const resolve = { extensions: ['.mjs', '.js', '.ts', '.tsx'], extensionAlias: { '.js': ['.js', '.ts', '.tsx'] } };

/** What Grafana gives to every plugin: bundling it would load it twice. */
const grafanaGives = [
  { 'amd-module': 'module' },
  ...['lodash', 'jquery', 'moment', 'slate', 'emotion', '@emotion/react', '@emotion/css', 'prismjs'],
  ...[
    'slate-plain-serializer',
    '@grafana/slate-react',
    'react',
    'react/jsx-runtime',
    'react/jsx-dev-runtime',
    'react-dom',
  ],
  ...['react-redux', 'redux', 'rxjs', 'i18next', 'react-router', 'd3'],
  /^@grafana\/ui/i,
  /^@grafana\/runtime/i,
  /^@grafana\/data/i,
];

const filledManifest = (content) =>
  content
    .toString()
    .replaceAll('%VERSION%', version)
    .replaceAll('%TODAY%', process.env.FSP_BUILD_DATE ?? new Date().toISOString().slice(0, 10))
    .replaceAll('%PLUGIN_ID%', pluginId);

export const plugin = {
  name: 'plugin',
  mode: 'production',
  context: join(here, 'src'),
  devtool: 'source-map',
  entry: {
    module: './module.tsx',
    'panels/roleconfiguration-panel/module': './panels/roleconfiguration-panel/module.tsx',
    'panels/setuplog-panel/module': './panels/setuplog-panel/module.tsx',
  },
  externals: grafanaGives,
  module: compile,
  resolve,
  output: {
    filename: '[name].js',
    chunkFilename: 'chunks/[name].[contenthash].js',
    library: { type: 'amd' },
    path: join(here, 'dist'),
    publicPath: `public/plugins/${pluginId}/`,
    uniqueName: pluginId,
    crossOriginLoading: 'anonymous',
  },
  plugins: [
    new rspack.DefinePlugin({ 'process.env.FSP_PLUGIN_VERSION': JSON.stringify(version) }),
    new rspack.CopyRspackPlugin({
      patterns: [
        { from: '**/plugin.json', to: '.', transform: filledManifest },
        { from: 'README.md', to: '.' },
        { from: 'img/**/*', to: '.' },
        { from: 'panels/*/img/**/*', to: '.', noErrorOnMissing: true },
        { from: 'locales/**/*.json', to: '.' },
        { from: join(here, '..', 'CHANGELOG.md'), to: '.' },
        { from: join(here, '..', 'LICENSE'), to: '.' },
        {
          from: join(here, '..', 'dashboards', 'generated', '*.json'),
          to: 'dashboards/[name][ext]',
          noErrorOnMissing: true,
        },
      ],
    }),
  ],
  performance: { hints: false },
};

export const worker = {
  name: 'worker',
  mode: 'production',
  target: 'webworker',
  context: join(here, 'src'),
  devtool: 'source-map',
  entry: { worker: './open-logs/worker.ts' },
  module: compile,
  resolve,
  optimization: { splitChunks: false, runtimeChunk: false },
  output: { filename: '[name].js', path: join(here, 'dist', 'open-logs') },
  performance: { hints: false },
};

/**
 * The host.
 * @param source folder of its page and its code; imports look for packages from there upwards
 * @param modules folder whose node_modules holds the Grafana that the host is made of
 * @param path where it is put
 */
export const hostOf = ({ source, modules, path }) => ({
  name: 'host',
  mode: 'production',
  context: join(source, 'src'),
  entry: { host: './boot.ts' },
  module: compile,
  resolve: {
    ...resolve,
    alias: {
      // Not exported, though Grafana itself calls it: what sets the component behind PluginPage.
      'grafana-runtime-internal': join(folderOf('@grafana/runtime', modules), 'dist/esm'),
      '@react-router-compat': folderOf('react-router-dom-v5-compat', modules),
    },
    fallback: { path: false, fs: false },
  },
  experiments: { css: true },
  ignoreWarnings: [/Critical dependency/, /export .* was not found/],
  output: {
    clean: true,
    filename: '[name].js',
    chunkFilename: '[name].[contenthash].js',
    path,
    publicPath: '/public/host/',
  },
  plugins: [
    new rspack.DefinePlugin({
      'process.env.NODE_ENV': '"production"',
      'process.env.GRAFANA_VERSION': JSON.stringify(
        require(join(folderOf('@grafana/runtime', modules), 'package.json')).version,
      ),
      global: 'globalThis',
      define: 'undefined',
    }),
    new rspack.CopyRspackPlugin({
      patterns: [
        { from: join(source, 'index.html'), to: '.' },
        { from: join(folderOf('systemjs'), 'dist/system.min.js'), to: 'systemjs/' },
        { from: join(folderOf('systemjs'), 'dist/extras/amd.min.js'), to: 'systemjs/' },
        { from: join(folderOf('@grafana/ui', modules), 'dist/public/img/icons'), to: 'build/img/icons' },
        // Not among those that @grafana/ui brings.
        { from: icon('sync'), to: 'build/img/icons/unicons/spinner.svg' },
        { from: icon('angle-left'), to: 'build/img/icons/unicons/angle-double-left.svg' },
        ...['Regular', 'Medium'].map((weight, index) => ({
          from: join(folderOf('@fontsource/inter'), `files/inter-latin-${400 + index * 100}-normal.woff2`),
          to: `fonts/inter/Inter-${weight}.woff2`,
        })),
        {
          from: join(folderOf('@fontsource/inter'), 'files/inter-latin-400-italic.woff2'),
          to: 'fonts/inter/Inter-Italic.woff2',
        },
        {
          from: join(folderOf('@fontsource/roboto-mono'), 'files/roboto-mono-latin-400-normal.woff2'),
          to: 'fonts/roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2',
        },
      ],
    }),
  ],
  performance: { hints: false },
});
export const host = hostOf({ source: join(here, 'host'), modules: here, path: join(here, 'host', 'dist') });
