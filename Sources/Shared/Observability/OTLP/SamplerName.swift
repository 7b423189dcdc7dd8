/// The samplers of OpenTelemetry's specification.
public enum SamplerName: String, Sendable, CaseIterable {
  case alwaysOn = "always_on"
  case alwaysOff = "always_off"
  case ratio = "traceidratio"
  case parentBasedAlwaysOn = "parentbased_always_on"
  case parentBasedAlwaysOff = "parentbased_always_off"
  case parentBasedRatio = "parentbased_traceidratio"

  /// `ratio` is for those that have one.
  func sampler(ratio: Double) -> TraceSampler {
    switch self {
    case .alwaysOn: TraceSampler(.always, followsParent: false)
    case .alwaysOff: TraceSampler(.never, followsParent: false)
    case .ratio: TraceSampler(.ratio(ratio), followsParent: false)
    case .parentBasedAlwaysOn: TraceSampler(.always)
    case .parentBasedAlwaysOff: TraceSampler(.never)
    case .parentBasedRatio: TraceSampler(.ratio(ratio))
    }
  }
}
