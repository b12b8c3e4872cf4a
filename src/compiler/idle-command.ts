import { locateBinary } from './locate-binary.js';

/** First argument of the compiler's binary that has it become another program: one that runs while no other wants to. */
const WORD = 'idle';

/** What comes before a program and its arguments so that it runs only while no other program wants to. Nothing where there is no such thing. */
export function idleCommand(override?: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  try {
    return [locateBinary({ override }), WORD];
  } catch {
    // What serves was compiled elsewhere, or earlier.
    return [];
  }
}
