/// Times as RFC 3339 writes them.
public enum InternetTime {
  /// Reads such as `2026-01-31T09:15:02Z` and `2026-01-31T10:15:02.481+01:00` into Unix seconds; the fraction is
  /// dropped. Nil for anything else, and for days that no calendar has.
  public static func parse(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      [UInt8(ascii: "T"), UInt8(ascii: "t")].contains(bytes[10]),
      let year = number(bytes[0..<4], in: 1970...9999), let month = number(bytes[5..<7], in: 1...12),
      let day = number(bytes[8..<10], in: 1...31), let time = clock(bytes[11..<19]),
      let offset = offset(bytes[19...].drop { $0 == UInt8(ascii: ".") || isDigit($0) })
    else { return nil }
    let days = HTTPDate.daysSinceEpoch(year: year, month: month, day: day)
    // The 30th of February is no day, and not the 2nd of March either.
    guard Timestamp.civilDate(daysSinceEpoch: days).day == day else { return nil }
    return days * 86_400 + time - offset
  }

  /// `09:15:02`, in seconds.
  private static func clock(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 3, let hour = number(parts[0], in: 0...23),
      let minute = number(parts[1], in: 0...59),
      let second = number(parts[2], in: 0...60)
    else { return nil }
    return hour * 3600 + minute * 60 + second
  }

  /// `Z` or `+01:00`, in seconds.
  private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
    if bytes.elementsEqual("Z".utf8) || bytes.elementsEqual("z".utf8) { return 0 }
    guard let sign = bytes.first, "+-".utf8.contains(sign) else { return nil }
    let parts = bytes.dropFirst().split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, let hour = number(parts[0], in: 0...23), let minute = number(parts[1], in: 0...59)
    else { return nil }
    return (hour * 3600 + minute * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }

  private static func number(_ bytes: ArraySlice<UInt8>, in range: ClosedRange<Int64>) -> Int64? {
    guard bytes.count <= 4, bytes.allSatisfy(isDigit) else { return nil }
    return Int64(String(decoding: bytes, as: UTF8.self)).flatMap { range.contains($0) ? $0 : nil }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
