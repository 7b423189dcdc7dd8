/// Traces: the variables of OpenTelemetry's specification, and one of ours.
/// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
extension Variables {
  public static let otelDisabled = Variable<Bool>.flag(
    "OTEL_SDK_DISABLED", "whether no traces are exported whatever else is set", default: false)
  public static let otelTracesExporter = Variable<TracesExporter>.choice(
    "OTEL_TRACES_EXPORTER", "where traces go once an endpoint is set", default: .otlp)
  public static let otelEndpoint = endpoint(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "the OTLP collector, `/v1/traces` is added to its path; without this or the next nothing is traced")
  public static let otelTracesEndpoint = endpoint(
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "where traces go, taken as it is")
  public static let otelProtocol = Variable<OTLPForm>.choice(
    "OTEL_EXPORTER_OTLP_PROTOCOL", "how spans are written for the collector", default: .protobuf)
  public static let otelTracesProtocol = overriding(otelProtocol, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
  public static let otelHeaders = headers(
    "OTEL_EXPORTER_OTLP_HEADERS", "headers for the collector, such as its key")
  public static let otelTracesHeaders = headers(
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "the same for traces alone, in place of the former")
  public static let otelTimeout = milliseconds(
    "OTEL_EXPORTER_OTLP_TIMEOUT", "how long the collector has to answer", default: "10000")
  public static let otelTracesTimeout = overriding(otelTimeout, "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT")
  public static let otelCompression = Variable<OTLPCompression>.choice(
    "OTEL_EXPORTER_OTLP_COMPRESSION", "whether what is sent to the collector is compressed", default: .none)
  public static let otelTracesCompression = overriding(
    otelCompression, "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION")
  public static let otelCertificate = path(
    "OTEL_EXPORTER_OTLP_CERTIFICATE", "the authorities (PEM) that the collector's certificate may be of")
  public static let otelClientCertificate = path(
    "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "the certificates (PEM) that Sluice shows the collector")
  public static let otelClientKey = path(
    "OTEL_EXPORTER_OTLP_CLIENT_KEY", "the key (PEM) of the first of them")
  public static let otelServiceName = Variable(
    "OTEL_SERVICE_NAME",
    "what a process is called in traces; `sluice-api` and `sluice-worker` where it is unset",
    allowed: "any text"
  ) { $0 }
  public static let otelResourceAttributes = Variable(
    "OTEL_RESOURCE_ATTRIBUTES", "what else is said of a process in traces",
    allowed: "`name=value` with commas between, values percent-encoded", default: "", parse: PairList.parse)
  public static let otelSampler = Variable<SamplerName>.choice(
    "OTEL_TRACES_SAMPLER", "which traces are recorded; with `parentbased_`, a client's own choice holds",
    default: .parentBasedAlwaysOn)
  public static let otelSamplerArgument = Variable(
    "OTEL_TRACES_SAMPLER_ARG", "how many traces the samplers with a ratio record",
    allowed: "a number from 0 to 1",
    default: "1"
  ) { text in Double(text).flatMap { (0...1).contains($0) ? $0 : nil } }
  public static let otelScheduleDelay = milliseconds(
    "OTEL_BSP_SCHEDULE_DELAY", "how long spans are gathered at most before they are sent", default: "5000")
  public static let otelQueueSize = Variable<Int>.integer(
    "OTEL_BSP_MAX_QUEUE_SIZE", "how many spans wait to be sent at most; what comes then is left out",
    in: 1...1_000_000, default: 2048)
  public static let otelBatchSize = Variable<Int>.integer(
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "how many spans are sent at once: `OTEL_BSP_MAX_QUEUE_SIZE` at most",
    in: 1...1_000_000, default: 512)
  public static let otelExportTimeout = milliseconds(
    "OTEL_BSP_EXPORT_TIMEOUT", "how long it is tried to send spans, before they are left out",
    default: "30000")
  public static let traceContent = Variable<TraceContent>.choice(
    "TRACE_CONTENT", "whether spans hold prompts and answers, for those who want contents in their traces",
    default: .off)

  /// Those above, in the order of the documentation.
  static let tracing: [VariableDocumentation] = [
    otelEndpoint.documentation, otelTracesEndpoint.documentation, otelProtocol.documentation,
    otelTracesProtocol.documentation, otelHeaders.documentation, otelTracesHeaders.documentation,
    otelTimeout.documentation, otelTracesTimeout.documentation, otelCompression.documentation,
    otelTracesCompression.documentation, otelCertificate.documentation, otelClientCertificate.documentation,
    otelClientKey.documentation, otelServiceName.documentation, otelResourceAttributes.documentation,
    otelSampler.documentation, otelSamplerArgument.documentation, otelScheduleDelay.documentation,
    otelQueueSize.documentation, otelBatchSize.documentation, otelExportTimeout.documentation,
    otelTracesExporter.documentation, otelDisabled.documentation, traceContent.documentation,
  ]

  private static func endpoint(_ name: String, _ meaning: String) -> Variable<String> {
    Variable(name, meaning, allowed: "an http or https URL without user and password") { text in
      OTLPEndpoint.isAllowed(text) ? text : nil
    }
  }

  private static func headers(
    _ name: String, _ meaning: String
  ) -> Variable<[(name: String, value: String)]> {
    Variable(
      name, meaning, allowed: "`name=value` with commas between, values percent-encoded", isSecret: true
    ) {
      PairList.parse($0).flatMap { $0.allSatisfy(OTLPEndpoint.isHeader) ? $0 : nil }
    }
  }

  private static func milliseconds(
    _ name: String, _ meaning: String, default defaultText: String
  ) -> Variable<Duration> {
    Variable(
      name, "\(meaning), in milliseconds", allowed: "a whole number from 1 to 3600000", default: defaultText
    ) { text in
      Int64(text).flatMap { (1...3_600_000).contains($0) ? .milliseconds($0) : nil }
    }
  }

  private static func path(_ name: String, _ meaning: String) -> Variable<String> {
    Variable(name, meaning, allowed: "a path") { $0 }
  }

  /// The same for traces alone.
  private static func overriding<Value>(_ variable: Variable<Value>, _ name: String) -> Variable<Value> {
    Variable(
      name, "`\(variable.name)` for traces alone", allowed: variable.allowed, parse: variable.parse)
  }
}
