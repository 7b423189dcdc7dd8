import Shared

/// The body of `POST /admin/keys/{id}/rotate`.
struct RotationBody: Sendable {
  var overlap = Duration.zero

  static let schema = BodySchema(
    startingFrom: RotationBody(),
    [
      Field(
        "overlap_seconds", \.overlap, .wholeSeconds(in: 0...APIKey.longestOverlap.components.seconds),
        example: 86_400, "How long the key of before stays good.")
    ])
}
