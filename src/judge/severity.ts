/** How bad something is, in rising order. */
export const SEVERITIES = ['NONE', 'INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** The higher of two severities. */
export function higher(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}

/** The lower of two severities. */
export function lower(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}

export type Action = 'allow' | 'alert' | 'block';

/** What a severity asks for before the guardrail policy has its say. */
export function actionOf(severity: Severity): Action {
  if (severity === 'HIGH' || severity === 'CRITICAL') return 'block';
  return severity === 'MEDIUM' || severity === 'LOW' ? 'alert' : 'allow';
}
