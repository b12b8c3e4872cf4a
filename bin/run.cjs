#!/usr/bin/env node
'use strict';

// The start is bundled apart from the other commands, and is no ES module: the first decision waits for it, and would for Node to get ready for those.
// What is asked about it is not.
const process = require('node:process');
const { pathToFileURL } = require('node:url');

const argv = process.argv.slice(2);
const script = pathToFileURL(module.filename).href;
const starts = argv[0] === 'start' && !argv.includes('--help') && !argv.includes('-h');
if (starts) void require('../dist/cli/run-start.cjs').main(argv, script);
else void import('../dist/cli/main.js').then(({ main }) => main(argv, script));
