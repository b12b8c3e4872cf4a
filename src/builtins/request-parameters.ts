import type { RegoValue } from '../value/value.js';

/** The parameters that OPA's http.send knows: a request to sign may carry any of them. */
export const REQUEST_PARAMETERS: readonly RegoValue[] = [
  'method url body enable_redirect force_json_decode force_yaml_decode headers raw_body tls_use_system_certs tls_ca_cert',
  'tls_ca_cert_file tls_ca_cert_env_variable tls_client_cert tls_client_cert_file tls_client_cert_env_variable tls_client_key',
  'tls_client_key_file tls_client_key_env_variable tls_insecure_skip_verify tls_server_name timeout cache force_cache',
  'force_cache_duration_seconds raise_error caching_mode max_retry_attempts cache_ignored_headers',
].flatMap((line) => line.split(' '));
