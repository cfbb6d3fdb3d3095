import { describe } from 'vitest';
import { everySequence, theSameForEver } from './sequences.ts';

describe('every sequence of outcomes up to four launches, on ECS', () => everySequence('on-ecs'));
describe('the same outcome for ever ends, on ECS', () => theSameForEver('on-ecs'));
