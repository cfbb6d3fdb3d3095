import { lastMoments } from './last-moments.ts';

lastMoments('TypeScript');
