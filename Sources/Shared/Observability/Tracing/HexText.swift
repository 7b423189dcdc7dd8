/// Numbers as trace headers and OTLP's JSON write them: sixteen lower-case hexadecimal digits each.
enum HexText {
  /// Reads lower-case digits; nil for anything else, upper-case ones among it (W3C Trace Context, section 3.2.2).
  static func parse(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
    var number: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"):
        number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return number
  }

  static func text(of numbers: UInt64...) -> String {
    String(unsafeUninitializedCapacity: 16 * numbers.count) { buffer in
      for (place, number) in numbers.enumerated() {
        for index in 0..<16 {
          let digit = UInt8(truncatingIfNeeded: number >> UInt64(4 * (15 - index)) & 15)
          buffer[16 * place + index] =
            digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
      }
      return 16 * numbers.count
    }
  }
}
