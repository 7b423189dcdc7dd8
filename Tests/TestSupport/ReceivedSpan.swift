import Shared

/// A span as a collector was sent it in OTLP's JSON.
public struct ReceivedSpan: Sendable, Hashable {
  public let service: String
  public let trace: String
  public let id: String
  /// Nil for one that begins a trace.
  public let parent: String?
  public let name: String
  /// As in `Span.SpanKind`: 1 internal, 2 server, 3 client, 4 producer, 5 consumer.
  public let kind: Int64
  public let state: String
  /// What each attribute holds, by its name.
  public let attributes: [String: JSONValue]
  public let events: [String]
  /// The spans that it has links to.
  public let links: [String]
  public let isError: Bool

  /// All that has come to a collector so far. What is sent again, since its acknowledgement came late or not at all, is there
  /// once, as backends have it.
  public static func all(at collector: WebhookReceiver) -> [ReceivedSpan] {
    var seen = Set<ReceivedSpan>()
    return sent(to: collector).filter { seen.insert($0).inserted }
  }

  private static func sent(to collector: WebhookReceiver) -> [ReceivedSpan] {
    collector.requests.flatMap { request in
      (request.json["resourceSpans"]?.array ?? []).flatMap { resourceSpans in
        let service = values(resourceSpans["resource"]?["attributes"])["service.name"]?.string ?? ""
        return (resourceSpans["scopeSpans"]?.array ?? []).flatMap { scopeSpans in
          (scopeSpans["spans"]?.array ?? []).map { ReceivedSpan($0, of: service) }
        }
      }
    }
  }

  private init(_ json: JSONValue, of service: String) {
    self.service = service
    trace = json["traceId"]?.string ?? ""
    id = json["spanId"]?.string ?? ""
    parent = json["parentSpanId"]?.string
    name = json["name"]?.string ?? ""
    kind = json["kind"]?.integer ?? 0
    state = json["traceState"]?.string ?? ""
    attributes = Self.values(json["attributes"])
    events = json["events"]?.array?.compactMap { $0["name"]?.string } ?? []
    links = json["links"]?.array?.compactMap { $0["spanId"]?.string } ?? []
    isError = json["status"]?["code"] == 2
  }

  private static func values(_ attributes: JSONValue?) -> [String: JSONValue] {
    var values: [String: JSONValue] = [:]
    for attribute in attributes?.array ?? [] {
      guard let name = attribute["key"]?.string, let value = attribute["value"] else { continue }
      values[name] =
        ["stringValue", "intValue", "boolValue", "doubleValue", "arrayValue"].lazy
        .compactMap { value[$0] }.first
    }
    return values
  }
}

extension [ReceivedSpan] {
  public func named(_ name: String) -> [ReceivedSpan] { filter { $0.name.hasPrefix(name) } }

  /// Those whose parent is none of them, nor one of `known`.
  public func orphans(beside known: Set<String> = []) -> [ReceivedSpan] {
    let there = Set(map { "\($0.trace) \($0.id)" })
    return filter { span in
      span.parent.map { !there.contains("\(span.trace) \($0)") && !known.contains($0) } ?? false
    }
  }

  /// How many of each trace begin it.
  public var roots: [String: Int] {
    Dictionary(grouping: self, by: \.trace).mapValues { spans in spans.count { $0.parent == nil } }
  }
}
