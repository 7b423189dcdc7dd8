/// What a line of the log says to people. It is put together byte by byte, and with what could forge a line escaped:
///
///     let words: LogWords = "\(method) \(path) \(status) in \(milliseconds) ms"
public struct LogWords: ExpressibleByStringInterpolation, Sendable {
  let bytes: [UInt8]

  public init(stringLiteral text: StaticString) {
    var pieces = StringInterpolation(literalCapacity: text.utf8CodeUnitCount, interpolationCount: 0)
    pieces.appendLiteral(text)
    self.init(stringInterpolation: pieces)
  }

  public init(stringInterpolation pieces: StringInterpolation) { bytes = pieces.bytes }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var bytes: [UInt8] = []

    public init(literalCapacity: Int, interpolationCount: Int) {
      bytes.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    public mutating func appendLiteral(_ literal: StaticString) { bytes.append(literal) }

    public mutating func appendInterpolation(_ text: String) {
      bytes.append(contentsOf: LogLine.escaped(text).utf8)
    }

    public mutating func appendInterpolation(_ number: Int) { bytes.append(decimal: Int64(number)) }

    public mutating func appendInterpolation(_ number: Int64) { bytes.append(decimal: number) }
  }
}
