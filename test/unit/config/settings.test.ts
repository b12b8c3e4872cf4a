import { describe, expect, it } from 'vitest';
import { listSettings } from '../../../src/config/setting.js';

describe('the settings', () => {
  const settings = listSettings();

  it('each have a description', () => {
    expect(settings.filter(({ description }) => description === '').map(({ path }) => path.join('.'))).toEqual([]);
  });

  it('each have an environment variable of their own, credentials and maps none', () => {
    const names = settings.map(({ env }) => env).filter((name) => name !== undefined);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('DEFENSECLAW_GATEWAY_TOKEN');
    const without = settings.filter(({ env }) => env === undefined).map(({ path }) => path.join('.'));
    expect(without).toEqual(['gateway.token', 'services', 'bundles', 'keys', 'guardrail.judge.llm.api_key', 'llm.api_key']);
  });
});
