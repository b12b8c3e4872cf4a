import { describe, expect, test } from 'vitest';
import { createDecisionIds, leastIdOf, timeOfId } from '../../../src/decisions/decision-id.js';

describe('ids of decisions', () => {
  test('are UUIDs of version 7, unique and in the order of their making, whatever the clock does', () => {
    const clock = [1_700_000_000_000, 1_700_000_000_000, 1_700_000_000_001, 1_600_000_000_000];
    let reads = 0;
    const next = createDecisionIds(() => clock[Math.floor(reads++ / 20_000)] ?? 0);
    const ids = Array.from({ length: 80_000 }, next);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  test('tell their time', () => {
    const id = createDecisionIds(() => 1_700_000_000_123)();
    expect(timeOfId(id)).toBe(1_700_000_000_123);
    expect(leastIdOf(1_700_000_000_123) <= id && id < leastIdOf(1_700_000_000_124)).toBe(true);
    expect(timeOfId('4ca636c1-55e4-417a-b1d8-4aceb67960d1')).toBeUndefined();
  });
});
