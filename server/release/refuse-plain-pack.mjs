// The package is put together from several folders of the repository: packed from this one alone it would lack its console.
console.error('Pack it with `npm run release` in the root of the repository; what it makes is in dist/release');
process.exit(1);
