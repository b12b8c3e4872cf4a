import { answerOnce } from '../../work-apart.js';
import { memberText } from './base-member.js';
import type { MemberQuestion } from './base-member.js';

answerOnce((question) => memberText(question as MemberQuestion));
