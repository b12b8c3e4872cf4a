#!/usr/bin/env node
// The start is bundled apart from the other commands: the first decision waits for it.
const { main } = await import(process.argv[2] === 'start' ? '../dist/cli/main-of-start.js' : '../dist/cli/main.js');

await main(process.argv.slice(2), import.meta.url);
