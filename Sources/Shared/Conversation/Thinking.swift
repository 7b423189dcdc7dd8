/// Whether a model shall think before it speaks.
public enum Thinking: Sendable, Hashable {
  /// With at most so many tokens for it; nil leaves the bound to the model.
  case enabled(budget: Int?)
  /// As much as the model finds right, guided by ``Parameters/effort``.
  case adaptive
  case disabled
}
