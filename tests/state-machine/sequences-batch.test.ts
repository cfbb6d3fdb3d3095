import { describe } from 'vitest';
import { everySequence, theSameForEver } from './sequences.ts';

describe('every sequence of outcomes up to four launches, on Batch', () => everySequence('on-batch'));
describe('the same outcome for ever ends, on Batch', () => theSameForEver('on-batch'));
