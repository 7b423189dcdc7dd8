import NIOCore
import Tracing

/// Spans as opentelemetry/proto/collector/trace/v1 has them. The numbers are those of its fields.
///
/// Written by hand: what is needed is fifty fields of eight messages that are only ever written. Generated code would be
/// some thousands of lines, and a library that every build compiles.
enum OTLPProtobuf {
  static func encode(_ spans: [SpanRecord], of resource: OTLPResource) -> ByteBuffer {
    var writer = ProtobufWriter(capacity: 512 * spans.count + 256)
    writer.message(1) { resourceSpans in
      resourceSpans.message(1) { $0.attributes(1, resource.attributes) }
      resourceSpans.message(2) { scopeSpans in
        scopeSpans.message(1) { scope in
          scope.field(1, resource.scope)
          scope.field(2, resource.scopeVersion)
        }
        for span in spans { scopeSpans.message(2) { $0.members(of: span) } }
      }
    }
    return ByteBuffer(bytes: writer.bytes)
  }
}

extension ProtobufWriter {
  fileprivate mutating func members(of span: SpanRecord) {
    field(1, bigEndian: span.context.traceID.high, span.context.traceID.low)
    field(2, bigEndian: span.context.spanID.rawValue)
    field(3, span.context.state)
    if let parent = span.parent { field(4, bigEndian: parent.rawValue) }
    field(5, span.name)
    field(6, span.kind.number)
    field(7, fixed64: span.start)
    field(8, fixed64: span.end)
    attributes(9, span.attributes.forOTLP)
    for event in span.events {
      message(11) { message in
        message.field(1, fixed64: event.nanosecondsSinceEpoch)
        message.field(2, event.name)
        message.attributes(3, event.attributes.forOTLP)
      }
    }
    for link in span.links { message(13) { $0.members(of: link) } }
    if let status = span.status {
      message(15) { message in
        message.field(2, status.message ?? "")
        message.field(3, status.code.number)
      }
    }
    field(16, fixed32: span.flags)
  }

  private mutating func members(of link: SpanRecord.Link) {
    field(1, bigEndian: link.context.traceID.high, link.context.traceID.low)
    field(2, bigEndian: link.context.spanID.rawValue)
    field(3, link.context.state)
    attributes(4, link.attributes.forOTLP)
    field(6, fixed32: link.flags)
  }

  fileprivate mutating func attributes(_ number: Int, _ attributes: [(name: String, value: OTLPValue)]) {
    for (name, value) in attributes {
      message(number) { pair in
        pair.field(1, name)
        pair.message(2) { $0.write(value) }
      }
    }
  }

  /// The one member of an `AnyValue`.
  private mutating func write(_ value: OTLPValue) {
    switch value {
    case .string(let text): always(1, text)
    case .bool(let flag): always(2, UInt64(flag ? 1 : 0))
    case .integer(let number): always(3, UInt64(bitPattern: number))
    case .double(let number): always(4, number)
    case .array(let values):
      message(5) { array in
        for value in values { array.message(1) { $0.write(value) } }
      }
    }
  }
}
