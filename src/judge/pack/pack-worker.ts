import type { SourceFile } from '../../policy/source-set.js';
import { answerAll } from '../../work-apart.js';
import { readPack } from './read-pack.js';

/** The thread that reads rule packs; see pack-gate.ts. */
answerAll((files) => readPack(files as readonly SourceFile[]));
