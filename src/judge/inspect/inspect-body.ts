import { goAny, goString, goStruct } from '../../domains/go-decode.js';
import { decodeBody, demand } from '../../domains/request-body.js';
import { argsText } from './args-text.js';
import type { Inspection } from './inspection.js';

const request = goStruct({
  tool: goString,
  args: goAny,
  content: goAny,
  /** What a tool answered, as clients of inspect/tool-response call it. */
  output: goAny,
  direction: goString,
  session_id: goString,
  mcp_server_name: goString,
  approval_surface: goString,
});

const DIRECTIONS = ['prompt', 'completion', 'tool_call', 'tool_response'] as const;

/** What clients call a direction besides; a message on its way out is what the model said. */
const ALIASES: Readonly<Record<string, Direction>> = { outbound: 'completion' };

type Direction = Inspection['direction'];

/** What each inspect route takes a content for that names no direction. */
export const STANDARD_DIRECTIONS = {
  request: 'prompt',
  response: 'completion',
  tool: 'tool_call',
  'tool-response': 'tool_response',
} as const;

/** Longest name of a tool or a session in UTF-16 units. */
const MAX_NAME = 1024;

export interface InspectBody extends Pick<Inspection, 'direction' | 'content' | 'toolName' | 'call' | 'canConfirm'> {
  readonly sessionId: string;
  /** The MCP server that the tool belongs to, when the client names it. */
  readonly mcpServer?: string;
}

/** Reads an inspect request. `content`, `args` and `output` may be any JSON value: what is no text is
 * read as arguments are. Throws `request_invalid`. */
export function readInspectBody(body: Uint8Array, standard: Direction): InspectBody {
  const given = decodeBody(body, request);
  const word = given.direction.trim().toLowerCase();
  const direction = word === '' ? standard : (DIRECTIONS.find((known) => known === word) ?? ALIASES[word]);
  demand(direction !== undefined, 'direction must be prompt, completion, tool_call, or tool_response');
  const tool = given.tool.trim();
  demand(direction !== 'tool_call' || tool !== '', 'tool is required');
  const mcpServer = given.mcp_server_name.trim();
  demand(
    [tool, given.session_id, mcpServer].every(({ length }) => length <= MAX_NAME),
    'tool, session_id and mcp_server_name must have at most 1024 characters',
  );
  const parts = [given.args, given.content, given.output].filter((value) => value !== null && value !== '');
  const content = parts.map(argsText);
  return {
    ...{ direction, content: content.join('\n'), sessionId: given.session_id },
    canConfirm: given.approval_surface.trim().toLowerCase() === 'native',
    ...(tool === '' ? {} : { toolName: tool }),
    ...(direction === 'tool_call' ? { call: { tool, args: parts } } : {}),
    ...(mcpServer === '' ? {} : { mcpServer }),
  };
}
