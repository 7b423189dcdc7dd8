/// Blots out what looks like a secret, before a text is logged: keys by the prefixes that their issuers give them, private
/// keys, tokens of the form `eyJ….….…`, and passwords in URLs.
///
/// By its look alone: a password that is a word is not known. Nobody should log contents who may not see them.
enum SecretBlots {
  static let blot = "***"
  /// No secret is taken for longer, in bytes.
  static let longest = 4096

  private static let byFirst: [UInt8: [(prefix: [UInt8], least: Int, isInCapitals: Bool)]] = Dictionary(
    grouping: KeyBeginnings.ofIssuers.map { prefix, least in
      (prefix: Array(prefix.utf8), least: least, isInCapitals: KeyBeginnings.inCapitals.contains(prefix))
    }, by: { $0.prefix[0] })
  private static let privateKey = Array("-----BEGIN ".utf8)
  private static let privateKeys = [Array("PRIVATE KEY".utf8), Array("PRIVATE KEY BLOCK".utf8)]
  private static let end = Array("-----END ".utf8)

  static func blotted(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var shown: [UInt8] = []
    shown.reserveCapacity(bytes.count)
    var at = 0
    while at < bytes.count {
      if let secret = secret(in: bytes, at: at) {
        shown.append(contentsOf: bytes[at..<secret.lowerBound])
        shown.append(contentsOf: blot.utf8)
        at = secret.upperBound
      } else {
        shown.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: shown, as: UTF8.self)
  }

  /// Where the secret stands that begins at a place, or a little behind it; nil where none does.
  private static func secret(in bytes: [UInt8], at start: Int) -> Range<Int>? {
    if bytes[start] == UInt8(ascii: "-"), bytes[start...].starts(with: privateKey) {
      return pem(in: bytes, at: start)
    }
    if bytes[start] == UInt8(ascii: ":"), bytes[start...].starts(with: "://".utf8) {
      return password(in: bytes, behind: start + 3)
    }
    guard let kinds = byFirst[bytes[start]], !isWithinWord(bytes, at: start) else { return nil }
    for (prefix, least, isInCapitals) in kinds where bytes[start...].starts(with: prefix) {
      let isOfKey = isInCapitals ? isCapitalOrDigit : isOfToken
      let stop = bytes[start...].firstIndex { !isOfKey($0) } ?? bytes.count
      if stop - start - prefix.count >= least { return start..<stop }
    }
    return nil
  }

  /// Behind an escape of JSON, such as `\n` or `\u000b`, a word begins, and behind a mark such as that of a removed line.
  private static func isWithinWord(_ bytes: [UInt8], at start: Int) -> Bool {
    guard start > 0, isLetterOrDigit(bytes[start - 1]) else { return false }
    let backslash = UInt8(ascii: "\\")
    if start > 1, bytes[start - 2] == backslash, "bfnrt".utf8.contains(bytes[start - 1]) { return false }
    return !(start > 5 && bytes[start - 6] == backslash && bytes[start - 5] == UInt8(ascii: "u"))
  }

  /// From `-----BEGIN … PRIVATE KEY`, or PGP's `… PRIVATE KEY BLOCK`, to its end, or that of the text.
  private static func pem(in bytes: [UInt8], at start: Int) -> Range<Int>? {
    let heading = bytes[start...].prefix(64).split(separator: UInt8(ascii: "-")).first ?? []
    guard privateKeys.contains(where: { heading.suffix($0.count).elementsEqual($0) }) else { return nil }
    var at = start + privateKey.count
    while at < bytes.count, !bytes[at...].starts(with: end) { at += 1 }
    let close = bytes[min(at + end.count, bytes.count)...].firstIndex(of: UInt8(ascii: "-"))
    return start..<min((close ?? bytes.count) + 5, bytes.count)
  }

  /// `user:password@` of a URL: the password.
  private static func password(in bytes: [UInt8], behind start: Int) -> Range<Int>? {
    let authority = bytes[start...].prefix { $0 > 0x20 && !"/?#\"'<>".utf8.contains($0) }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
      let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":")), colon + 1 < at
    else { return nil }
    return colon + 1..<at
  }

  private static func isOfToken(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "-_.".utf8.contains(byte)
  }

  private static func isCapitalOrDigit(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) && byte < UInt8(ascii: "a")
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
