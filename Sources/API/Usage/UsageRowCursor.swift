import Foundation
import Shared

/// Where to go on behind a row: its values, in characters that need no escape in a URL.
enum UsageRowCursor {
  static func write(_ values: [String]) -> String {
    let json = JSONValue.array(values.map(JSONValue.string)).serialized()
    return Data(json.readableBytesView).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Nil for what ``write(_:)`` has not made.
  static func read(_ text: String) -> [String]? {
    let digits = text.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
    guard text.utf8.count <= 16_384, let data = Data(base64Encoded: digits + padding),
      let elements = (try? JSONParser.parse(String(decoding: data, as: UTF8.self)))?.array
    else { return nil }
    let values = elements.compactMap(\.string)
    return values.count == elements.count ? values : nil
  }
}
