/// How spans are gathered, as OpenTelemetry's batch span processor does.
struct SpanBatching: Sendable {
  /// How long they are gathered at most.
  var delay = Duration.seconds(5)
  /// How many wait at most.
  var queueSize = 2048
  /// How many bytes they may take, by a rough count: prompts and answers can be large.
  var queueBytes = 32 * 1024 * 1024
  /// How many are sent at once.
  var batchSize = 512
  /// How long it is tried to send a batch.
  var exportTimeout = Duration.seconds(30)
}
