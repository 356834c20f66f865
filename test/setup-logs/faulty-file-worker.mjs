// A fake of the file system under the thread that asks for files: what is asked of a folder called `share` is never
// answered, as by a server for files that is gone; the thread dies of one called `deadly`. Everything else is asked of the
// real one.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const faulty =
  (ask) =>
  (path, ...more) => {
    if (path.includes('share')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    if (path.includes('deadly')) process.exit(1);
    return ask(path, ...more);
  };
fs.statSync = faulty(fs.statSync);
fs.realpathSync.native = faulty(fs.realpathSync.native);
syncBuiltinESMExports();
await import('../../server/dist/setup-logs/follow/file-worker.js');
