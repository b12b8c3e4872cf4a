import { parseArgs } from 'node:util';
import { createRegoCompiler } from '../../src/compiler/rego-compiler.js';
import { createEvaluator } from '../../src/evaluator/create-evaluator.js';
import { describeDifference, fuzz } from './fuzz.js';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' }, shrink: { type: 'string', default: '5' } },
});

const compiler = createRegoCompiler();
const evaluator = createEvaluator({ workers: 1, timeoutMs: 10_000, maxQueue: 100_000 });
const started = performance.now();
try {
  const { cases, compared, different, known } = await fuzz(
    { compiler, evaluator },
    {
      cases: Number(values.cases),
      seed: Number(values.seed),
      maxShrunk: Number(values.shrink),
      onDifference: (difference) => process.stdout.write(`${describeDifference(difference)}\n${'-'.repeat(80)}\n`),
      onProgress: (done, asked, found) => process.stderr.write(`\r${done} cases, ${asked} compared, ${found} different`),
    },
  );
  const seconds = (performance.now() - started) / 1000;
  for (const [name, count] of known) process.stdout.write(`known: ${name}: ${count}\n`);
  process.stdout.write(`\n${cases} cases in ${seconds.toFixed(0)} s: ${compared} compared, ${different.length} different\n`);
  process.exitCode = different.length === 0 ? 0 : 1;
} finally {
  await Promise.all([evaluator.close(), compiler.close()]);
}
