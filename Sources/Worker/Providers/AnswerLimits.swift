/// How large a provider's answer may be, in bytes. One that is larger ends its job: it is no failure of the provider's, and
/// another one would most likely be as large.
struct AnswerLimits: Sendable {
  /// A whole answer as it comes, compressed or not; the same for a stream with all that its events are wrapped in.
  var answer = 64 * 1024 * 1024
  /// One event of a stream: an image, or a sound, comes in one.
  var event = 32 * 1024 * 1024
}
