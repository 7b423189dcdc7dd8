import Tracing

/// An attribute's value, as OTLP knows values.
indirect enum OTLPValue: Sendable, Hashable {
  case string(String)
  case bool(Bool)
  case integer(Int64)
  case double(Double)
  case array([OTLPValue])

  init(_ value: SpanAttribute) {
    switch value {
    case .int32(let number): self = .integer(Int64(number))
    case .int64(let number): self = .integer(number)
    case .double(let number): self = .double(number)
    case .bool(let flag): self = .bool(flag)
    case .string(let text): self = .string(text)
    case .int32Array(let numbers): self = .array(numbers.map { .integer(Int64($0)) })
    case .int64Array(let numbers): self = .array(numbers.map { .integer($0) })
    case .doubleArray(let numbers): self = .array(numbers.map { .double($0) })
    case .boolArray(let flags): self = .array(flags.map { .bool($0) })
    case .stringArray(let texts): self = .array(texts.map { .string($0) })
    case .stringConvertible(let value): self = .string(value.description)
    case .stringConvertibleArray(let values): self = .array(values.map { .string($0.description) })
    default: self = .string("")
    }
  }
}

extension SpanAttributes {
  /// In the order of their names.
  var forOTLP: [(name: String, value: OTLPValue)] {
    var values: [(name: String, value: OTLPValue)] = []
    values.reserveCapacity(count)
    forEach { values.append(($0, OTLPValue($1))) }
    return values.sorted { $0.name < $1.name }
  }
}
