#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before anything else is loaded: from the second time on, Node.js takes what it compiled from its cache.
enableCompileCache();
const { longhaul } = await import('./commands.ts');
await longhaul(process.argv.slice(2));
// Completion gives up on an engine that does not answer, and then the request must not keep the shell waiting.
if (process.argv[2] === 'complete') process.exit();
