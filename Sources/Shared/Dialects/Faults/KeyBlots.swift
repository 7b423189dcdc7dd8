/// Takes keys out of what a provider said: those that it was sent, and whatever looks like one.
public enum KeyBlots {
  private static let blot = Array("***".utf8)
  /// More than enough for a full line, and a bound on the work that a hostile body can cause. In bytes.
  private static let longestText = 65_536

  /// The text's beginning without `secrets`, and without tokens that look like keys of anybody. It is to be cut only
  /// afterwards, so that no cut leaves half of a key standing.
  public static func blot(_ text: String, _ secrets: [Secret]) -> String {
    let secrets = secrets.map { Array($0.reveal().utf8) }.filter { !$0.isEmpty }
    // A key that begins within the bound is looked at to its end.
    let bytes = Array(text.utf8.prefix(longestText + (secrets.map(\.count).max() ?? 0)))
    return String(decoding: withoutTokens(without(secrets, in: bytes)), as: UTF8.self)
  }

  /// The same for a text that has been cut: it may end with the beginning of a secret.
  public static func again(_ text: String?, _ secrets: [Secret]) -> String? {
    guard let text else { return nil }
    var shown = blot(text, secrets)
    for secret in secrets {
      let secret = secret.reveal()
      for length in stride(from: secret.count - 1, through: 4, by: -1) {
        for end in ["", "…"] where shown.hasSuffix(secret.prefix(length) + end) {
          shown = String(shown.dropLast(length + end.count)) + "***"
        }
      }
    }
    return shown
  }

  /// Values of configured headers that may be keys: where the name says so.
  public static func secrets(in headers: [String: String]) -> [Secret] {
    let signs = ["auth", "key", "token", "secret", "cookie", "password", "credential"]
    return headers.filter { name, _ in signs.contains { name.lowercased().contains($0) } }
      // The key of `Bearer key` may be echoed alone.
      .flatMap { [$0.value] + ($0.value.split(separator: " ").dropFirst().last.map { [String($0)] } ?? []) }
      .map { Secret($0) }
  }

  // MARK: - Keys that we know

  private static func without(_ secrets: [[UInt8]], in bytes: [UInt8]) -> [UInt8] {
    guard !secrets.isEmpty else { return Array(bytes.prefix(longestText)) }
    var shown: [UInt8] = []
    var position = 0
    while position < min(bytes.count, longestText) {
      if let secret = secrets.first(where: { stands($0, in: bytes, at: position) }) {
        shown.append(contentsOf: blot)
        position += secret.count
      } else {
        shown.append(bytes[position])
        position += 1
      }
    }
    return shown
  }

  /// Of a key of a few letters, as servers have that need none, only whole words count.
  private static func stands(_ secret: [UInt8], in bytes: [UInt8], at position: Int) -> Bool {
    guard bytes[position] == secret[0], bytes[position...].starts(with: secret) else { return false }
    let end = position + secret.count
    return secret.count >= 8
      || !(position > 0 && bytes[position - 1].isOfToken) && !(end < bytes.count && bytes[end].isOfToken)
  }

  // MARK: - Keys that we do not know

  private static func withoutTokens(_ bytes: [UInt8]) -> [UInt8] {
    var shown: [UInt8] = []
    var position = 0
    var followsBearer = false
    while position < bytes.count {
      guard bytes[position].isOfToken else {
        shown.append(bytes[position])
        // Only white space, or a quotation mark, stands between the two.
        if ![0x20, 0x09, 0x22, 0x27, 0x3A].contains(bytes[position]) { followsBearer = false }
        position += 1
        continue
      }
      let end = bytes[position...].firstIndex { !$0.isOfToken } ?? bytes.count
      var token = bytes[position..<end]
      while token.last == 0x2E { token.removeLast() }
      shown.append(contentsOf: looksLikeKey(token, followsBearer: followsBearer) ? blot[...] : token)
      shown.append(contentsOf: bytes[token.endIndex..<end])
      followsBearer = token.count == 6 && String(decoding: token, as: UTF8.self).lowercased() == "bearer"
      position = end
    }
    return shown
  }

  /// Some are words, too, and count only with a digit behind them.
  private static let beginnings = (KeyBeginnings.ofIssuers.map(\.prefix) + ["pk-", "rk-", "key-"])
    .map { Array($0.utf8) }
  private static let openAI = ["sk-", "sk_"].map { Array($0.utf8) }

  private static func looksLikeKey(_ token: ArraySlice<UInt8>, followsBearer: Bool) -> Bool {
    // Providers show the ends of a key and stars between.
    if token.contains(0x2A), token.split(whereSeparator: { $0 != 0x2A }).contains(where: { $0.count >= 4 }) {
      return true
    }
    // A key may be the last part of a path.
    let parts = token.split(separator: 0x2F)
    if parts.contains(where: { part in part.count >= 9 && openAI.contains { part.starts(with: $0) } }) {
      return true
    }
    let isMixed = token.contains { (0x30...0x39).contains($0) || $0 == 0x2A }
    if followsBearer { return token.count >= 20 || token.count >= 8 && isMixed }
    return isMixed
      && parts.contains { part in part.count >= 16 && beginnings.contains { part.starts(with: $0) } }
  }
}

extension UInt8 {
  /// Letters, digits and the punctuation of keys, Base64 and JWT.
  fileprivate var isOfToken: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x2A, 0x2B, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E: true
    default: false
    }
  }
}
