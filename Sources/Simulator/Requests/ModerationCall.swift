/// What a request for moderations asks for.
struct ModerationCall: Sendable {
  let model: String
  /// The text of each input; parts are one input.
  let inputs: [String]
  let hasImages: Bool
}
