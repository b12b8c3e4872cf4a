import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Outcome } from '../../../src/engine/engine.js';
import { markerModule } from '../../helpers/policies.js';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

/** A policy folder of one module and a data folder that outlives its gateways. */
export interface Scene {
  readonly policyDir: string;
  readonly dataDir: string;
  start(settings?: Readonly<Record<string, unknown>>): Promise<TestGateway>;
  /** Saves a module that answers the marker, and has the gateway reload. */
  save(gateway: TestGateway, marker: string): Promise<Outcome>;
  write(text: string): Promise<void>;
}

/** Settings with which a gateway finds no compiler. */
export const NO_COMPILER = { 'compiler.path': '/nonexistent/rego-compiler' };

export async function createScene(): Promise<Scene> {
  const policyDir = await tempDir({ 'marker.rego': markerModule('a') });
  const dataDir = await tempDir();
  const write = (text: string): Promise<void> => writeFile(path.join(policyDir, 'marker.rego'), text);
  return {
    policyDir,
    dataDir,
    write,
    start: (settings = {}) => startTestGateway(policyDir, { data_dir: dataDir, 'gateway.watcher.enabled': false, ...settings }),
    async save({ gateway }, marker) {
      await write(markerModule(marker));
      return gateway.engine.reload('api');
    },
  };
}

/** What a decision says now. */
export async function marker({ gateway }: TestGateway): Promise<string | undefined> {
  const { result } = await gateway.engine.evaluate({ entrypoint: 'marker/value' });
  return result === undefined ? undefined : (JSON.parse(result) as string);
}
