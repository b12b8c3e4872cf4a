import { giveWayHere } from '../../give-way-here.js';
import { answerAll } from '../../work-apart.js';
import type { SuiteRequest } from './ask-apart.js';
import { askSuites } from './ask-suites.js';

/** The thread that asks the inspector about suites; see ask-apart.ts. */
answerAll((asked) => {
  const request = asked as SuiteRequest;
  if (request.patient) giveWayHere();
  return askSuites(request);
});
