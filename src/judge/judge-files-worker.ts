import type { SourceFile } from '../policy/source-set.js';
import { answerAll } from '../work-apart.js';
import { readJudgeFiles } from './judge-policy.js';

/** The thread that reads judge files; see judge-gate.ts. */
answerAll((files) => readJudgeFiles(files as readonly SourceFile[]));
