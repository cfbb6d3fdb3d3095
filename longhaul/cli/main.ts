#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before anything else is loaded: from the second time on, Node.js takes what it compiled from its cache.
enableCompileCache();
await import('./commands.ts');
