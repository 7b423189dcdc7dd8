import NIOSSL

/// How traces are exported: OpenTelemetry's `OTEL_*` variables.
public struct OTLPSettings: Sendable {
  let endpoint: OTLPEndpoint
  let form: OTLPForm
  let headers: [(name: String, value: String)]
  /// Of one try.
  let timeout: Duration
  let compression: OTLPCompression
  let tls: TLSConfiguration
  let resource: OTLPResource
  let batching: SpanBatching
  public let sampler: TraceSampler
  public let recordsContent: Bool

  /// Nil where no traces are exported: then nothing else is looked at. `service` is what the process is called.
  public init?(_ environment: ProcessEnvironment, service: String) throws(ConfigurationError) {
    let isOff = try environment.read(Variables.otelDisabled)
    guard !isOff,
      let endpoint = OTLPEndpoint(
        general: try environment.readIfSet(Variables.otelEndpoint),
        traces: try environment.readIfSet(Variables.otelTracesEndpoint)),
      try environment.read(Variables.otelTracesExporter) == .otlp
    else { return nil }
    self.endpoint = endpoint
    form = try environment.read(Variables.otelProtocol, unless: Variables.otelTracesProtocol)
    let ofTraces = try environment.readIfSet(Variables.otelTracesHeaders)
    let ofAll = try environment.readIfSet(Variables.otelHeaders)
    headers = ofTraces ?? ofAll ?? []
    timeout = try environment.read(Variables.otelTimeout, unless: Variables.otelTracesTimeout)
    compression = try environment.read(Variables.otelCompression, unless: Variables.otelTracesCompression)
    tls = try Self.tls(environment)
    resource = OTLPResource(
      service: service, name: try environment.readIfSet(Variables.otelServiceName),
      told: try environment.read(Variables.otelResourceAttributes))
    batching = try Self.batching(environment)
    sampler = try environment.read(Variables.otelSampler)
      .sampler(ratio: environment.read(Variables.otelSamplerArgument))
    recordsContent = try environment.read(Variables.traceContent) == .on
  }

  private static func batching(_ environment: ProcessEnvironment) throws(ConfigurationError) -> SpanBatching {
    let queueSize = try environment.read(Variables.otelQueueSize)
    let told = try environment.readIfSet(Variables.otelBatchSize)
    if let told, told > queueSize {
      throw ConfigurationError(
        "\(Variables.otelBatchSize.name) holds \(told), for which \(Variables.otelQueueSize.name) "
          + "(\(queueSize)) has no room; allowed is as much or less")
    }
    return SpanBatching(
      delay: try environment.read(Variables.otelScheduleDelay), queueSize: queueSize,
      batchSize: min(try environment.read(Variables.otelBatchSize), queueSize),
      exportTimeout: try environment.read(Variables.otelExportTimeout))
  }

  private static func tls(_ environment: ProcessEnvironment) throws(ConfigurationError) -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    if let path = try environment.readIfSet(Variables.otelCertificate) {
      tls.trustRoots = .certificates(try certificates(path, Variables.otelCertificate.name))
    }
    guard let path = try environment.readIfSet(Variables.otelClientCertificate) else { return tls }
    tls.certificateChain = try certificates(path, Variables.otelClientCertificate.name)
      .map { .certificate($0) }
    guard let path = try environment.readIfSet(Variables.otelClientKey),
      let key = try? NIOSSLPrivateKey(file: path, format: .pem)
    else {
      throw ConfigurationError(
        "\(Variables.otelClientKey.name) names no key in PEM beside \(Variables.otelClientCertificate.name)")
    }
    tls.privateKey = .privateKey(key)
    return tls
  }

  private static func certificates(
    _ path: String, _ variable: String
  ) throws(ConfigurationError) -> [NIOSSLCertificate] {
    guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
      throw ConfigurationError("\(variable) names the file \"\(path)\", in which no certificate can be read")
    }
    return certificates
  }
}

extension ProcessEnvironment {
  /// The value of `special` where it is set, else that of `general`.
  fileprivate func read<Value>(
    _ general: Variable<Value>, unless special: Variable<Value>
  ) throws(ConfigurationError) -> Value {
    if let value = try readIfSet(special) { return value }
    return try read(general)
  }
}
