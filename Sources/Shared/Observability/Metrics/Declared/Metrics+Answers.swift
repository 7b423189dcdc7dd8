/// Who answers, how fast, and for how much.
extension Metrics {
  private static let ofCall = ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"]

  public static let serverFirstToken = Metric(
    "gen_ai_server_time_to_first_token_seconds", .histogram(Buckets.firstToken),
    "How long clients waited for the first piece of a streamed answer, from their request's head.",
    by: ofCall,
    from: .api)
  public static let serverPerToken = Metric(
    "gen_ai_server_time_per_output_token_seconds", .histogram(Buckets.perToken),
    "How long each further token of a streamed answer took: the time behind the first piece by its tokens but one.",
    by: ofCall, from: .api)
  public static let clientDuration = Metric(
    "gen_ai_client_operation_duration_seconds", .histogram(Buckets.operation),
    "How long calls to providers took, failed ones included.", by: ofCall, from: .worker)
  public static let clientTokens = Metric(
    "gen_ai_client_token_usage", .histogram(Buckets.tokens),
    "Tokens of a provider's answer: its prompt's (input) and its own (output).",
    by: ofCall + ["gen_ai_token_type"], from: .worker)
  public static let attempts = Metric(
    "sluice_attempts_total", .counter,
    "Calls to providers, by how they ended: success, empty, filtered (by its content filter), limited, failed, too_large (for MAX_ANSWER_BYTES or MAX_EVENT_BYTES), request_refused, key_refused, or aborted.",
    by: ["provider", "model", "outcome"], from: .worker)
  public static let firstPiece = Metric(
    "sluice_attempt_first_token_seconds", .histogram(Buckets.firstToken),
    "How long providers took to begin an answer that is streamed, from the call.", by: ["provider", "model"],
    from: .worker)
  public static let tokens = Metric(
    "sluice_tokens_total", .counter,
    "Tokens of answers that were recorded, by whom is paid for them. Of kind input are all of the prompt, of output all of the answer; cached, cache_write and reasoning are parts of them.",
    by: ["kind", "provider", "model"], from: .worker)
  public static let cost = Metric(
    "sluice_cost_usd_total", .counter,
    "What answers that were recorded cost, in US dollars, by whom is paid.",
    by: ["provider", "model"], from: .worker)
  public static let tenantTokens = Metric(
    "sluice_tenant_tokens_total", .counter,
    "Tokens of answers that were recorded, by tenant. Beyond METRICS_TENANTS, tenants count as other.",
    by: ["tenant"], from: .worker, namesTenants: true)
  public static let tenantCost = Metric(
    "sluice_tenant_cost_usd_total", .counter,
    "What answers that were recorded cost, in US dollars, by tenant. Beyond METRICS_TENANTS, tenants count as other.",
    by: ["tenant"], from: .worker, namesTenants: true)
  public static let circuitOpen = Metric(
    "sluice_circuit_open", .gauge,
    "1 while a target is left alone for its faults or its key, or waits for a probe.",
    by: ["provider", "model"], from: .both)
  public static let circuitChanges = Metric(
    "sluice_circuit_changes_total", .counter,
    "Circuits that this worker has opened, for faults in a row or a key that was refused, or closed again.",
    by: ["provider", "model", "outcome"], from: .worker)
  public static let quotaLeft = Metric(
    "sluice_provider_quota_left", .gauge,
    "What a provider said last is left of its own limits of requests and tokens, until they reset.",
    by: ["provider", "model", "kind"], from: .worker)
  public static let keyAttempts = Metric(
    "sluice_worker_provider_key_attempts_total", .counter,
    "Steps of cascades at providers with several keys, by the key's place.",
    by: ["provider", "provider_key", "status"], from: .worker)

  static let answers: [Metric] = [
    attempts, clientDuration, clientTokens, firstPiece, tokens, cost, tenantTokens, tenantCost, circuitOpen,
    circuitChanges, quotaLeft, keyAttempts,
  ]
}
