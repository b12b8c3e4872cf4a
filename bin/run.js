#!/usr/bin/env node
// The start is bundled apart from the other commands: the first decision waits for it. What is asked about it is not.
const argv = process.argv.slice(2);
const starts = argv[0] === 'start' && !argv.includes('--help') && !argv.includes('-h');
const { main } = await import(starts ? '../dist/cli/run-start.js' : '../dist/cli/main.js');

await main(argv, import.meta.url);
