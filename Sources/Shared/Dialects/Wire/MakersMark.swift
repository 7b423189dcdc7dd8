import FoundationEssentials
import NIOCore

/// What belongs to a maker of another dialect and has to go through a client: a signature, a sealed thought, a part that
/// only its maker knows. It stands in whatever member the client's dialect gives back untouched, as Base64 of the part in
/// its stored form, and only its maker gets it again.
enum MakersMark {
  /// Base64 of `{"sluice"`.
  private static let prefix = "eyJzbHVpY2Ui"

  static func wrap(_ part: Part) -> String {
    var json = JSONWriter()
    json.object { json in
      json.name("sluice")
      part.write(to: &json)
    }
    return Data(json.buffer.readableBytesView).base64EncodedString()
  }

  /// Whether it begins like one; most others need not be decoded then.
  static func looksLikeOne(_ text: String) -> Bool { text.hasPrefix(prefix) }

  /// Nil for what ``wrap(_:)`` did not make.
  static func unwrap(_ text: String) -> Part? {
    guard looksLikeOne(text), let data = Data(base64Encoded: text) else { return nil }
    return (try? JSONParser.parse(ByteBuffer(bytes: data), of: .own))?["sluice"].flatMap(Part.init(stored:))
  }
}
