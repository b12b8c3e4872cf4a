import { equalValues } from '../value/value.js';
import type { Step } from '../value/step.js';
import { RegoObject, RegoSet } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { isArray, objectOperand, refuseOperand } from './operands.js';
import { tooLarge } from './text-limit.js';

/** Paths that one call may find: their number grows exponentially with the edges of a graph. */
const MAX_PATHS = 1_000_000;

function subset({ step }: BuiltinContext, larger: RegoValue = null, smaller: RegoValue = null): RegoValue {
  if (isArray(larger) && smaller instanceof RegoSet) return arrayHasSet(larger, smaller, step);
  const answer = sameTypeSubset(larger, smaller, step);
  if (answer !== undefined) return answer;
  throw new BuiltinError('both arguments object.subset must be of the same type or array and set', { kind: 'type' });
}

/** Undefined when the two are not both objects, both sets or both arrays. */
function sameTypeSubset(larger: RegoValue, smaller: RegoValue, step: Step): boolean | undefined {
  if (larger instanceof RegoObject && smaller instanceof RegoObject) {
    return smaller.entries.every(([key, value]) => {
      step();
      const found = larger.get(key);
      return found !== undefined && (equalValues(found, value, step) || sameTypeSubset(found, value, step) === true);
    });
  }
  if (larger instanceof RegoSet && smaller instanceof RegoSet) return smaller.members.every((member) => larger.has(member, step));
  return isArray(larger) && isArray(smaller) ? arrayHasRun(larger, smaller, step) : undefined;
}

/** The whole smaller array must stand somewhere in the larger one, element by element. */
function arrayHasRun(larger: readonly RegoValue[], smaller: readonly RegoValue[], step: Step): boolean {
  for (let start = 0; start + smaller.length <= larger.length; start++) {
    const same = smaller.every((value, index) => {
      step();
      return equalValues(larger[start + index] ?? null, value, step);
    });
    if (same) return true;
  }
  return false;
}

/** OPA counts hits, repeats too, and looks at the count only after an element: so nothing contains `set()` in an empty array. */
function arrayHasSet(larger: readonly RegoValue[], smaller: RegoSet, step: Step): boolean {
  let unmatched = smaller.size;
  return larger.some((value) => {
    if (smaller.has(value, step)) unmatched--;
    return unmatched === 0;
  });
}

function reachablePaths({ step }: BuiltinContext, graphValue: RegoValue = null, initial: RegoValue = null): RegoValue {
  const graph = objectOperand(graphValue, 1);
  if (!isArray(initial) && !(initial instanceof RegoSet)) return refuseOperand(2, initial, '{array, set}');
  const paths: RegoValue[] = [];
  const add = (path: readonly RegoValue[]): void => {
    if (paths.length >= MAX_PATHS) throw tooLarge(`The graph has more than ${MAX_PATHS} paths`);
    paths.push(path);
  };
  const walk = (vertex: RegoValue, path: readonly RegoValue[]): void => {
    step(path.length);
    const edges = graph.get(vertex, step);
    // A neighbour that is no vertex of the graph ends the path before it.
    if (edges === undefined) {
      add(path);
      return;
    }
    const extended = [...path, vertex];
    const neighbours = vertices(edges);
    if (neighbours.length === 0) add(extended);
    for (const neighbour of neighbours) {
      if (extended.some((visited) => isSame(visited, neighbour))) add(extended);
      else walk(neighbour, extended);
    }
  };
  const isSame = (a: RegoValue, b: RegoValue): boolean => {
    step();
    return equalValues(a, b, step);
  };
  for (const start of vertices(initial)) {
    const edges = graph.get(start);
    if (edges === undefined) continue;
    const neighbours = vertices(edges);
    if (neighbours.length === 0) add([start]);
    for (const neighbour of neighbours) walk(neighbour, [start]);
  }
  return RegoSet.of(paths, step);
}

/** Edges stand in an array or a set; anything else has none. */
function vertices(value: RegoValue): readonly RegoValue[] {
  if (value instanceof RegoSet) return value.members;
  return isArray(value) ? value : [];
}

export const objectBuiltins: BuiltinGroup = { 'object.subset': subset, 'graph.reachable_paths': reachablePaths };
