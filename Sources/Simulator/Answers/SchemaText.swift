import Shared

/// A string that fits a schema: of its format, and of its length.
enum SchemaText {
  private static let formats = [
    "date-time": "2026-01-31T09:15:02Z", "date": "2026-01-31", "time": "09:15:02Z", "duration": "PT15M",
    "email": "sluice@example.com", "hostname": "sluice.example.com", "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7", "uri": "https://sluice.example.com/", "url": "https://sluice.example.com/",
    "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
  ]

  static func make(_ schema: JSONValue, name: String) -> String {
    if let format = schema["format"]?.string, let text = formats[format] { return text }
    var text = name.replacing("_", with: " ")
    if let least = SchemaExample.count(schema["minLength"]), text.count < least {
      text += String(repeating: ".", count: least - text.count)
    }
    if let most = SchemaExample.count(schema["maxLength"]) { text = String(text.prefix(most)) }
    return text
  }
}
