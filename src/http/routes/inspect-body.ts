import { goAny, goString, goStruct } from '../../domains/go-decode.js';
import { decodeBody, demand } from '../../domains/request-body.js';
import { argsText } from '../../judge/inspect/args-text.js';
import type { Inspection } from '../../judge/inspect/inspection.js';

const request = goStruct({ tool: goString, args: goAny, content: goAny, direction: goString, session_id: goString });

const DIRECTIONS = ['prompt', 'completion', 'tool_call', 'tool_response'] as const;

type Direction = Inspection['direction'];

/** Longest name of a tool or a session in UTF-16 units. */
const MAX_NAME = 1024;

export interface InspectBody extends Pick<Inspection, 'direction' | 'content' | 'toolName'> {
  readonly sessionId: string;
}

/** Reads an inspect request. `content` may be any JSON value: what is no text is read as arguments are. Throws `request_invalid`. */
export function readInspectBody(body: Uint8Array, standard: Direction): InspectBody {
  const given = decodeBody(body, request);
  const word = given.direction.trim().toLowerCase();
  const direction = word === '' ? standard : DIRECTIONS.find((known) => known === word);
  demand(direction !== undefined, 'direction must be prompt, completion, tool_call, or tool_response');
  const tool = given.tool.trim();
  demand(direction !== 'tool_call' || tool !== '', 'tool is required');
  demand(tool.length <= MAX_NAME && given.session_id.length <= MAX_NAME, 'tool and session_id must have at most 1024 characters');
  const content = [given.args, given.content].filter((value) => value !== null && value !== '').map(argsText);
  demand(direction === 'tool_call' || content.length > 0, 'content is required');
  return { direction, content: content.join('\n'), sessionId: given.session_id, ...(tool === '' ? {} : { toolName: tool }) };
}
