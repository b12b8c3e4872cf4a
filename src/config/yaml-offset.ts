import { isMap, isNode, isScalar, isSeq, type Document } from 'yaml';

/** Where the key or the item at the end of `path` stands in the text, as far as the path goes; 0 for none of it. */
export function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (isSeq(node) && typeof key === 'number') {
      node = node.items[key];
      if (!isNode(node) || !node.range) break;
      offset = node.range[0];
      continue;
    }
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) break;
    if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0];
    node = pair.value;
  }
  return offset;
}
