/// A file that holds one secret and nothing else, as Docker and Kubernetes mount them.
enum SecretFile {
  enum Fault: Error, Sendable {
    case unreadable
    case empty
    /// Several words, other letters than ASCII, or more than 64 KiB.
    case noSecret
  }

  /// White space around the secret, such as the last line's end, is no part of it.
  static func secret(in path: String) throws(Fault) -> Secret {
    let text: String
    do { text = try BoundedFile.text(of: path, limit: 65_536) } catch {
      switch error {
      case .unreadable: throw .unreadable
      case .tooLarge, .notUTF8: throw .noSecret
      }
    }
    let secret = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    guard !secret.isEmpty else { throw .empty }
    guard secret.allSatisfy({ $0.isASCII && ("!"..."~").contains($0) }) else { throw .noSecret }
    return Secret(String(secret))
  }
}
