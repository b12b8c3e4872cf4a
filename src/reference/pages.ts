import { renderReference } from '../config/reference.js';
import { renderBuiltins } from './builtins-page.js';
import { renderCli } from './cli-page.js';
import { renderErrors } from './errors-page.js';
import { renderMetrics } from './metrics-page.js';

/** A page that is made from the code. */
export interface ReferencePage {
  /** Name of the file in this folder. */
  readonly file: string;
  readonly render: () => string;
}

/** Every generated page: `npm run docs` writes them, a drift test compares them. */
export const REFERENCE_PAGES: readonly ReferencePage[] = [
  { file: 'builtins.md', render: renderBuiltins },
  { file: 'cli.md', render: renderCli },
  { file: 'configuration.md', render: renderReference },
  { file: 'errors.md', render: renderErrors },
  { file: 'metrics.md', render: renderMetrics },
];
