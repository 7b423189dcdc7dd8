import NIOCore
import Tracing

/// The same in JSON: names of traces and spans in hexadecimal digits, whole numbers of 64 bits as texts, and the rest as
/// protobuf's JSON has it (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
enum OTLPJSON {
  static func encode(_ spans: [SpanRecord], of resource: OTLPResource) -> ByteBuffer {
    var json = JSONWriter(capacity: 1024 * spans.count + 256)
    json.object { json in
      json.name("resourceSpans")
      json.array { json in
        json.object { json in
          json.name("resource")
          json.object { $0.attributes(resource.attributes) }
          json.name("scopeSpans")
          json.array { json in
            json.object { json in
              json.name("scope")
              json.object { scope in
                scope.member("name", resource.scope)
                scope.member("version", resource.scopeVersion)
              }
              json.name("spans")
              json.array { json in
                for span in spans { json.object { $0.members(of: span) } }
              }
            }
          }
        }
      }
    }
    return json.buffer
  }
}

extension JSONWriter {
  fileprivate mutating func members(of span: SpanRecord) {
    member("traceId", span.context.traceID.description)
    member("spanId", span.context.spanID.description)
    if !span.context.state.isEmpty { member("traceState", span.context.state) }
    if let parent = span.parent { member("parentSpanId", parent.description) }
    member("flags", Int64(span.flags))
    member("name", span.name)
    member("kind", Int64(span.kind.number))
    member("startTimeUnixNano", "\(span.start)")
    member("endTimeUnixNano", "\(span.end)")
    attributes(span.attributes.forOTLP)
    if !span.events.isEmpty {
      name("events")
      array { json in
        for event in span.events {
          json.object { json in
            json.member("timeUnixNano", "\(event.nanosecondsSinceEpoch)")
            json.member("name", event.name)
            json.attributes(event.attributes.forOTLP)
          }
        }
      }
    }
    if !span.links.isEmpty {
      name("links")
      array { json in
        for link in span.links { json.object { $0.members(of: link) } }
      }
    }
    if let status = span.status {
      name("status")
      object { json in
        if let message = status.message { json.member("message", message) }
        json.member("code", Int64(status.code.number))
      }
    }
  }

  private mutating func members(of link: SpanRecord.Link) {
    member("traceId", link.context.traceID.description)
    member("spanId", link.context.spanID.description)
    if !link.context.state.isEmpty { member("traceState", link.context.state) }
    attributes(link.attributes.forOTLP)
    member("flags", Int64(link.flags))
  }

  fileprivate mutating func attributes(_ attributes: [(name: String, value: OTLPValue)]) {
    guard !attributes.isEmpty else { return }
    name("attributes")
    array { json in
      for (name, value) in attributes {
        json.object { json in
          json.member("key", name)
          json.name("value")
          json.write(value)
        }
      }
    }
  }

  private mutating func write(_ value: OTLPValue) {
    object { json in
      switch value {
      case .string(let text): json.member("stringValue", text)
      case .bool(let flag): json.member("boolValue", json: .bool(flag))
      case .integer(let number): json.member("intValue", "\(number)")
      case .double(let number): json.member("doubleValue", json: .double(number))
      case .array(let values):
        json.name("arrayValue")
        json.object { json in
          json.name("values")
          json.array { json in
            for value in values { json.write(value) }
          }
        }
      }
    }
  }
}
