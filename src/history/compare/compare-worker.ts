import { answerAll } from '../../work-apart.js';
import { compareSides } from './compare.js';
import type { Side } from './compare.js';

/** The thread that compares; see compare-apart.ts. */
answerAll((sides) => compareSides(...(sides as [Side, Side])));
