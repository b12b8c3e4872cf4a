import type { Config } from '../config/config.js';
import type { OtlpSettings, ServiceSettings, SinkSettings } from '../decisions/sinks/sink.js';

type Sinks = Config['decisions']['sinks'];

/** Logs by OTLP go out as spans do. */
const OTLP = { uploadBytes: 512 * 1024, minDelayMs: 500, maxDelayMs: 1_000 } as const;

/** Where the configuration sends records besides the folder; undefined for nowhere. */
export function sinkSettings({ decisions: { sinks } }: Config, instance: string, version: string): SinkSettings | undefined {
  const service = serviceSettings(sinks.service);
  const otlp = otlpSettings(sinks.otlp, instance, version);
  return sinks.console || service !== undefined || otlp !== undefined ? { console: sinks.console, service, otlp } : undefined;
}

function serviceSettings({
  url,
  resource_path: resource,
  token,
  token_path: tokenPath,
  ...limits
}: Sinks['service']): ServiceSettings | undefined {
  if (url === undefined) return undefined;
  const { min_delay: minDelayMs, max_delay: maxDelayMs, upload_size: uploadBytes, buffer_size: bufferBytes, timeout: timeoutMs } = limits;
  return {
    ...{ url: url.replace(/\/+$/u, '') + resource, token: token?.reveal(), tokenPath },
    ...{ uploadBytes, bufferBytes, minDelayMs, maxDelayMs, timeoutMs },
  };
}

function otlpSettings(
  { endpoint, authorization, buffer_size: bufferBytes, timeout: timeoutMs }: Sinks['otlp'],
  instance: string,
  version: string,
): OtlpSettings | undefined {
  if (endpoint === undefined) return undefined;
  const headers = authorization === undefined ? {} : { Authorization: authorization.reveal() };
  return { endpoint, headers, timeoutMs, bufferBytes, instance, version, ...OTLP };
}
