/// The headers that a file adds to a provider's requests.
enum HeaderReading {
  /// What carries keys would be a secret in the file; the rest belongs to the request itself.
  private static let keys: Set = [
    "authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie",
  ]
  private static let own: Set = [
    "host", "content-type", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade",
    "accept-encoding",
  ]

  static func headers(_ place: FileValue) throws(ConfigurationError) -> [String: String] {
    var headers: [String: String] = [:]
    for (name, value) in try place.members("a mapping of header names to texts") {
      guard isToken(name) else {
        throw value.refused("is no header; allowed are names of letters, digits and -")
      }
      if keys.contains(name.lowercased()) {
        throw value.refused("must not stand in the file; allowed is the member key: \(KeyReference.allowed)")
      }
      if own.contains(name.lowercased()) {
        throw value.refused("is set by Sluice itself; allowed are other headers")
      }
      guard !headers.keys.contains(where: { $0.lowercased() == name.lowercased() }) else {
        throw value.refused("stands there a second time; allowed is each header once")
      }
      headers[name] = try value.text("up to 1000 visible ASCII characters and spaces", showing: false) {
        text in
        (1...1000).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
          ? text : nil
      }
    }
    return headers
  }

  /// RFC 9110 section 5.6.2, as far as anyone uses it.
  private static func isToken(_ name: String) -> Bool {
    (1...100).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "-_0123456789".unicodeScalars.contains($0))
      }
  }
}
