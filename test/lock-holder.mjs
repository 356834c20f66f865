// Takes the lock of the folder named by its argument with the compiled module, says how that went, and holds it.
import { lockDataDir } from '../server/dist/disk/lock.js';

try {
  lockDataDir(process.argv[2]);
  console.log('held');
  setInterval(() => undefined, 1_000);
} catch (error) {
  console.log(error.message);
}
