import type { GuardrailSettings } from '../../config/guardrail-file.js';
import type { DetailedFinding, InspectAnswer, Inspection } from './inspection.js';

/** The enforcement lists, as far as tools are concerned. */
export interface ToolLists {
  readonly blocked: readonly ListedTarget[];
  readonly allowed: readonly ListedTarget[];
}

interface ListedTarget {
  readonly target_type: string;
  readonly target_name: string;
  readonly reason: string;
}

/** The tool of a call or of its response, and the MCP server that it belongs to. */
export interface ListedTool {
  readonly direction: Inspection['direction'];
  readonly toolName?: string;
  readonly mcpServer?: string;
}

interface Listing {
  readonly id: 'STATIC-BLOCK' | 'MCP-BLOCK' | 'STATIC-ALLOW';
  readonly title: string;
  readonly entry: ListedTarget;
}

/** How clients name the tools of MCP servers. */
const MCP_TOOL = /^mcp__(.+?)__/;

/**
 * The answer that an operator gave for this tool beforehand, or undefined. A block is a word about the tool, not a finding about
 * content, so it holds in observe mode as well. The allow list speaks of calls alone: what an allowed tool brings back is inspected.
 */
export function listedAnswer(tool: ListedTool, lists: ToolLists, mode: GuardrailSettings['mode']): InspectAnswer | undefined {
  const listing = listingOf(tool, lists);
  return listing === undefined ? undefined : answerFor(listing, mode);
}

function listingOf({ direction, toolName, mcpServer }: ListedTool, { blocked, allowed }: ToolLists): Listing | undefined {
  if (direction !== 'tool_call' && direction !== 'tool_response') return undefined;
  const server = mcpServer ?? MCP_TOOL.exec(toolName ?? '')?.[1];
  const tool = find(blocked, 'tool', toolName);
  if (tool !== undefined) return { id: 'STATIC-BLOCK', title: 'Tool on the block list', entry: tool };
  const mcp = find(blocked, 'mcp', server);
  if (mcp !== undefined) return { id: 'MCP-BLOCK', title: 'MCP server on the block list', entry: mcp };
  const allow = direction === 'tool_call' ? find(allowed, 'tool', toolName) : undefined;
  return allow && { id: 'STATIC-ALLOW', title: 'Tool on the allow list', entry: allow };
}

function find(list: readonly ListedTarget[], type: string, name: string | undefined): ListedTarget | undefined {
  return list.find(({ target_type, target_name }) => target_type === type && target_name === name);
}

function answerFor({ id, title, entry }: Listing, mode: GuardrailSettings['mode']): InspectAnswer {
  const allows = id === 'STATIC-ALLOW';
  const action = allows ? 'allow' : 'block';
  const severity = allows ? 'NONE' : 'HIGH';
  const finding: DetailedFinding = {
    ...{ id, rule_id: id, title, scanner: 'enforcement', category: 'enforcement', severity, confidence: 1, tags: ['enforcement'] },
  };
  return {
    ...{ action, raw_action: action, severity, confidence: 1 },
    reason: `${title.toLowerCase().replace('mcp', 'MCP')}: ${entry.target_name}${entry.reason === '' ? '' : ` (${entry.reason})`}`,
    findings: [`${id}:${title}`],
    detailed_findings: [finding],
    mode,
    would_block: !allows,
    scanner_sources: ['enforcement'],
  };
}
