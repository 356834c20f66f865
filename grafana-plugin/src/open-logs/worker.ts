// Runs in a worker of the browser: reads the logs that were opened, and holds their records.
import type { ByteSource } from '../../../server/src/setup-logs/files/log-file.js';
import { InvalidPattern } from '../log-view/source.js';
import { OpenedLogs } from './opened-logs.js';
import type { GivenFile, Method, Methods, Reply, Request } from './protocol.js';

declare const self: {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(reply: Reply, transfer?: Transferable[]): void;
};

class FileSource implements ByteSource {
  readonly size: number;

  constructor(
    private readonly file: Blob,
    private readonly failed: string | undefined,
  ) {
    // What could not be opened is not known to be empty.
    this.size = failed === undefined ? file.size : Number.NaN;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    if (this.failed !== undefined) throw new Error(this.failed);
    return new Uint8Array(await this.file.slice(at, at + length).arrayBuffer());
  }
}

const logs = new OpenedLogs({
  state: (state) => {
    self.postMessage({ state });
  },
  progress: (progress) => {
    self.postMessage({ progress });
  },
});

const methods: { [Name in Method]: (...args: Parameters<Methods[Name]>) => unknown } = {
  add: (given: GivenFile[]) =>
    logs.add(
      given.map(({ path, file, named, failed }) => ({
        path,
        named,
        modifiedAt: file.lastModified,
        source: new FileSource(file, failed),
      })),
    ),
  cancel: () => {
    logs.cancel();
  },
  clear: () => {
    logs.clear();
  },
  setTimezone: (timezone) => logs.setTimezone(timezone),
  open: (name, ids, scope) => logs.open(name, ids, scope),
  window: (name, from, to) => logs.view(name).window(from, to),
  whole: (name, positions) => logs.view(name).whole(positions),
  find: (name, place) => logs.view(name).find(place),
  search: (name, wanted) => logs.view(name).search(wanted),
  close: (name) => {
    logs.close(name);
  },
};

self.onmessage = ({ data: { id, method, args } }) => {
  void answer(id, method, args);
};

async function answer(id: number, method: Method, args: unknown[]): Promise<void> {
  try {
    const result = await (methods[method] as (...all: unknown[]) => unknown)(...args);
    self.postMessage({ id, result }, result instanceof Uint32Array ? [result.buffer] : []);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    self.postMessage({ id, error: message, pattern: error instanceof InvalidPattern });
  }
}
