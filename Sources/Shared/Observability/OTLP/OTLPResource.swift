/// Who exports: what all spans of a process have in common.
public struct OTLPResource: Sendable {
  /// In the order of their names.
  let attributes: [(name: String, value: OTLPValue)]
  let scope = "sluice"
  let scopeVersion = Version.current

  init(attributes: [(name: String, value: OTLPValue)]) { self.attributes = attributes }

  /// - Parameters:
  ///   - service: what the process is called where nothing else is said.
  ///   - name: `OTEL_SERVICE_NAME`, which wins over all.
  ///   - told: `OTEL_RESOURCE_ATTRIBUTES`.
  public init(service: String, name: String?, told: [(name: String, value: String)] = []) {
    var all: [String: String] = [
      "service.name": service, "service.version": Version.current,
      // One of several processes of a kind.
      "service.instance.id": "\(TraceID.random())",
      "telemetry.sdk.name": "sluice", "telemetry.sdk.language": "swift",
      "telemetry.sdk.version": Version.current,
    ]
    for (name, value) in told { all[name] = value }
    if let name { all["service.name"] = name }
    attributes = all.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }
  }
}
