import { LogReader } from './reader.js';

/** The worker's script lies beside the app's module.js; a name of its own for each version, because browsers keep it. */
function workerUrl(): URL {
  const path = `${__webpack_public_path__}open-logs/worker.js?v=${process.env.FSP_PLUGIN_VERSION ?? ''}`;
  return new URL(path, document.baseURI);
}

/** No browser starts a worker of another origin, where a content network may serve plugins from: a script of the page's loads it. */
function startWorker(url: URL): Worker {
  if (url.origin === location.origin) return new Worker(url);
  const script = new Blob([`importScripts(${JSON.stringify(url.href)})`], { type: 'text/javascript' });
  return new Worker(URL.createObjectURL(script));
}

let reader: LogReader | null = null;

/** The reader of this tab: what was opened stays open while one looks at other pages. */
export function startReader(): LogReader {
  if (reader === null || reader.failure() !== null) reader = new LogReader(startWorker(workerUrl()));
  return reader;
}
