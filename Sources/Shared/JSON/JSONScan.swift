/// Walks over compact JSON that Sluice has written itself, for a few of its members: nothing is made of the rest.
///
/// What is no such JSON ends the walk; nothing is read beyond the bytes.
struct JSONScan {
  private let bytes: UnsafeBufferPointer<UInt8>
  private(set) var place = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Visits the members of the object that begins here, by their names as they are written. A visitor reads the value, or
  /// leaves it. Returns whether it was an object.
  mutating func members(_ visit: (JSONName, inout JSONScan) -> Void) -> Bool {
    guard take("{") else { return false }
    if take("}") { return true }
    repeat {
      guard let name = rawString(), take(":") else { return false }
      let start = place
      visit(JSONName(bytes: name), &self)
      guard place > start || skip() else { return false }
    } while take(",")
    return take("}")
  }

  /// The same for the elements of an array.
  mutating func elements(_ visit: (inout JSONScan) -> Void) -> Bool {
    guard take("[") else { return false }
    if take("]") { return true }
    repeat {
      let start = place
      visit(&self)
      guard place > start || skip() else { return false }
    } while take(",")
    return take("]")
  }

  /// The string that begins here; nil for anything else.
  mutating func string() -> String? {
    let start = place
    guard let raw = rawString() else { return nil }
    guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
    return (try? JSONParser.parse(String(decoding: bytes[start..<place], as: UTF8.self)))?.string
  }

  /// The whole number that begins here; nil for anything else, and for one that is too large.
  mutating func integer() -> Int64? {
    let isNegative = take("-")
    let start = place
    var value: Int64 = 0
    var isTooLarge = false
    while place < bytes.count, let digit = Self.digit(bytes[place]) {
      let (tens, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOverToo) = tens.addingReportingOverflow(isNegative ? -digit : digit)
      (value, isTooLarge) = (sum, isTooLarge || isOver || isOverToo)
      place += 1
    }
    // What goes on is a fraction or a power of ten.
    let isWhole = place > start && (place == bytes.count || !Self.isOfNumber(bytes[place]))
    if !isWhole { _ = number() }
    return isWhole && !isTooLarge ? value : nil
  }

  private static func digit(_ byte: UInt8) -> Int64? {
    let digit = byte &- UInt8(ascii: "0")
    return digit < 10 ? Int64(digit) : nil
  }

  /// The decimal number that begins here as it is written.
  mutating func number() -> String {
    let start = place
    while place < bytes.count, Self.isOfNumber(bytes[place]) { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  // MARK: - Passing over

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  /// What stands between the quotes of the string that begins here.
  private mutating func rawString() -> UnsafeBufferPointer<UInt8>.SubSequence? {
    guard take("\"") else { return nil }
    let start = place
    while place < bytes.count {
      place = bytes.endOfPlainJSON(from: place)
      guard place < bytes.count else { return nil }
      if bytes[place] == UInt8(ascii: "\"") {
        place += 1
        return bytes[start..<place - 1]
      }
      // What a backslash escapes is no quote that ends it.
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  private mutating func skip() -> Bool {
    var depth = 0
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        guard rawString() != nil else { return false }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        place += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        // The end of what this value stands in.
        if depth == 0 { return true }
        depth -= 1
        place += 1
      case UInt8(ascii: ",") where depth == 0: return true
      default: place += 1
      }
      if depth == 0, place < bytes.count, bytes[place] == UInt8(ascii: ",") { return true }
    }
    return depth == 0
  }
}

/// A member's name as it is written.
struct JSONName {
  private let bytes: UnsafeBufferPointer<UInt8>

  fileprivate init(bytes: UnsafeBufferPointer<UInt8>.SubSequence) {
    self.bytes = UnsafeBufferPointer(rebasing: bytes)
  }

  static func == (name: JSONName, text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard name.bytes.count == count else { return false }
    // Not `elementsEqual`: each member is compared with several names, and that takes a third of the whole walk.
    var place = 0
    while place < count, name.bytes[place] == text.utf8Start[place] { place += 1 }
    return place == count
  }

  static func ~= (text: StaticString, name: JSONName) -> Bool { name == text }
}
