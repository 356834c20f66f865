// npm run peers [-- PART …] [--quick] [--records N] [--rounds N]: the product beside what people would use instead; writes
// RESULTS.md. --quick has small inputs and one round, to see that everything works; it writes no results.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('peers.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
process.exitCode = await module.main(process.argv.slice(2));
