import amdModule from 'amd-module';

// Chunks lie beside the app's module.js, wherever Grafana serves it from; nested panels' modules are two folders deeper.
__webpack_public_path__ = (amdModule?.uri ?? 'public/plugins/fallbackstatuspoint-fsp-app/module.js').replace(
  /(?:panels\/[^/]+\/)?module\.js.*$/,
  '',
);
