import Testing

@testable import Shared

@Suite("Settings of traces")
struct OTLPSettingsTests {
  private func settings(_ values: [String: String]) throws -> OTLPSettings? {
    try OTLPSettings(ProcessEnvironment(values), service: "sluice-test")
  }

  @Test("without an endpoint nothing is traced, and nothing else is looked at")
  func off() throws {
    let off = try [
      settings([:]), settings(["OTEL_TRACES_SAMPLER": "nonsense"]),
      settings(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"]),
      settings(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"]),
    ]
    #expect(off.allSatisfy { $0 == nil })
  }

  @Test("the general endpoint gets a path, that of traces is taken as it is")
  func endpoints() throws {
    func url(_ values: [String: String]) throws -> String? { try settings(values)?.endpoint.url }
    let general = ["OTEL_EXPORTER_OTLP_ENDPOINT": "https://c:4318/otel/"]
    let both = general.merging(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t/in"]) { $1 }
    let (first, second) = (try url(general), try url(both))
    #expect(first == "https://c:4318/otel/v1/traces" && second == "http://t/in")
  }

  @Test("OpenTelemetry's defaults hold, and what is said of traces wins")
  func values() throws {
    let plain = try #require(try settings(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"]))
    #expect(plain.form == .protobuf && plain.compression == .none && plain.timeout == .seconds(10))
    #expect(plain.sampler == TraceSampler(.always) && !plain.recordsContent)
    #expect(plain.batching.delay == .seconds(5) && plain.batching.queueSize == 2048)
    let told = try #require(
      try settings([
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_TIMEOUT": "250",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-a=b%20c, Authorization=Bearer%20k",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.01",
        "OTEL_RESOURCE_ATTRIBUTES": "service.name=a,host.name=b%2Cc", "OTEL_SERVICE_NAME": "mine",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "7", "TRACE_CONTENT": "on",
      ]))
    #expect(told.form == .json && told.timeout == .milliseconds(250) && told.recordsContent)
    #expect(
      told.headers.map(\.value) == ["b c", "Bearer k"]
        && told.headers.map(\.name) == ["x-a", "Authorization"])
    let small = try #require(
      try settings(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_BSP_MAX_QUEUE_SIZE": "2"]))
    #expect(small.batching.batchSize == 2, "what nobody has said is no contradiction")
    #expect(told.sampler == TraceSampler(.ratio(0.01)) && told.batching.batchSize == 7)
    let resource = Dictionary(uniqueKeysWithValues: told.resource.attributes.map { ($0.name, $0.value) })
    #expect(resource["service.name"] == .string("mine") && resource["host.name"] == .string("b,c"))
  }

  @Test(
    "what is wrong is said, and no secret with it",
    arguments: [
      ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_TRACES_SAMPLER_ARG", "2"),
      ("OTEL_EXPORTER_OTLP_ENDPOINT", "c:4317"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:p@c"),
      ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:99999"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2049"),
      ("OTEL_EXPORTER_OTLP_HEADERS", "authorization"), ("OTEL_EXPORTER_OTLP_HEADERS", "a b=secret"),
      ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%0d%0ax: y"), ("OTEL_RESOURCE_ATTRIBUTES", "a=%zz"),
      ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere"), ("OTEL_BSP_SCHEDULE_DELAY", "0"),
    ])
  func wrong(name: String, value: String) {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try settings(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c"].merging([name: value]) { $1 })
    }
    #expect(error.map { "\($0)".contains(name) && !"\($0)".contains("secret") } == true)
  }
}
