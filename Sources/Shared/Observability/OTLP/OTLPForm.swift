import NIOCore
import Tracing

/// How spans are written for a collector (https://opentelemetry.io/docs/specs/otlp/).
public enum OTLPForm: String, Sendable, CaseIterable {
  case protobuf = "http/protobuf"
  case json = "http/json"

  var contentType: String {
    switch self {
    case .protobuf: "application/x-protobuf"
    case .json: "application/json"
    }
  }

  /// An `ExportTraceServiceRequest`.
  func encode(_ spans: [SpanRecord], of resource: OTLPResource) -> ByteBuffer {
    switch self {
    case .protobuf: OTLPProtobuf.encode(spans, of: resource)
    case .json: OTLPJSON.encode(spans, of: resource)
    }
  }
}

extension SpanRecord {
  /// `Span.flags`: those of the trace, and whether it is known that the parent is another process's.
  var flags: UInt32 { UInt32(context.flags) | 0x100 | (isParentRemote ? 0x200 : 0) }
}

extension SpanRecord.Link {
  var flags: UInt32 { UInt32(context.flags) }
}

extension SpanKind {
  /// `Span.SpanKind`.
  var number: UInt64 {
    switch self {
    case .internal: 1
    case .server: 2
    case .client: 3
    case .producer: 4
    case .consumer: 5
    }
  }
}

extension SpanStatus.Code {
  /// `Status.StatusCode`.
  var number: UInt64 {
    switch self {
    case .ok: 1
    case .error: 2
    }
  }
}
