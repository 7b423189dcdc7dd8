/// A kind of image that all vendors know, by its media type.
enum ImageKind: String, Sendable, CaseIterable {
  case png = "image/png"
  case jpeg = "image/jpeg"
  case gif = "image/gif"
  case webp = "image/webp"

  /// The kind of an image by how it begins, whatever it is said to be; nil for what begins as none of these.
  init?(base64: String) {
    guard let kind = Self.allCases.first(where: { base64.hasPrefix($0.beginning) }) else { return nil }
    self = kind
  }

  /// What all of the kind begin with, in Base64: PNG's signature (PNG specification, section 5.2), JPEG's first marker, `GIF8`,
  /// and RIFF, of which WebP is the only image.
  private var beginning: String {
    switch self {
    case .png: "iVBORw0KGgo"
    case .jpeg: "/9j/"
    case .gif: "R0lGOD"
    case .webp: "UklGR"
    }
  }
}
