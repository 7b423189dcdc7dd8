import FoundationEssentials

/// An image of a request. Its answer tells of it, so that tests can see that it arrived.
enum SeenImage: Sendable, Equatable, CustomStringConvertible {
  case sent(mimeType: String, byteCount: Int)
  /// Somewhere else; nobody looks there.
  case address(String)

  /// Why a data URL (RFC 2397) is no image.
  enum Fault: Error {
    case notBase64
    case mimeType(String)
  }

  /// OpenAI's and Anthropic's.
  static let mimeTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"]

  /// Reads `data:image/png;base64,…`.
  init(dataURL url: String) throws(Fault) {
    let rest = url.dropFirst("data:".count)
    guard let comma = rest.firstIndex(of: ",") else { throw .notBase64 }
    let mediaType = rest[..<comma].split(separator: ";", omittingEmptySubsequences: false)
    let mimeType = mediaType.first.map { $0.lowercased() } ?? ""
    guard Self.mimeTypes.contains(mimeType) else { throw .mimeType(mimeType) }
    guard mediaType.last == "base64", let count = Base64.byteCount(String(rest[rest.index(after: comma)...])),
      count > 0
    else { throw .notBase64 }
    self = .sent(mimeType: mimeType, byteCount: count)
  }

  var description: String {
    switch self {
    case .sent(let mimeType, let byteCount): "\(mimeType) of \(byteCount) bytes"
    case .address(let address): address
    }
  }
}
