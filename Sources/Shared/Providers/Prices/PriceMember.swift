/// What a model has a price of its own for, in dollars a million tokens, by its name in configurations.
public enum PriceMember: String, Sendable, Hashable, CaseIterable {
  case input
  case cachedInput = "cached_input"
  case cacheWrite = "cache_write"
  case cacheWrite1h = "cache_write_1h"
  case output
  case reasoning
  case imageInput = "image_input"
  case audioInput = "audio_input"
  case audioOutput = "audio_output"
  case imageOutput = "image_output"

  /// What it costs as where nothing is said of it.
  public var alike: PriceMember {
    switch self {
    case .input, .cachedInput, .cacheWrite, .cacheWrite1h, .imageInput, .audioInput: .input
    case .output, .reasoning, .audioOutput, .imageOutput: .output
    }
  }
}
