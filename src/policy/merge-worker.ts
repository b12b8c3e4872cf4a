import { answerAll } from '../work-apart.js';
import type { DataRequest, MergeResult } from './merge-apart.js';
import { mergeData } from './merge-data.js';
import { checkClaims } from './references.js';
import { surveyData } from './sections.js';
import type { DataSurvey } from './sections.js';

/** The thread that looks through large data; see merge-apart.ts. */
answerAll((request): MergeResult | DataSurvey => {
  const asked = request as DataRequest;
  if (asked.type === 'survey') return surveyData(asked.data);
  const merged = mergeData(asked);
  return { data: merged.data, survey: surveyData(merged.data), ...checkClaims(merged, asked.claims, [...asked.data, ...asked.overlays]) };
});
