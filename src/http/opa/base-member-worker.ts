import { answerAll } from '../../work-apart.js';
import { memberText } from './base-member.js';
import type { MemberQuestion } from './base-member.js';

answerAll((question) => memberText(question as MemberQuestion));
