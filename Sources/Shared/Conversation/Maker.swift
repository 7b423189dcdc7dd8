/// Who made a part of an answer that is of use to nobody else: the thoughts of a model are signed or sealed under their
/// provider's key, and another one refuses them or reads them as something that it said itself.
public struct Maker: Sendable, Hashable {
  /// The provider's name; nil when only the dialect is known, as with what a client brings of another gateway's.
  public var provider: String?
  public var dialect: Dialect

  public init(provider: String?, dialect: Dialect) {
    self.provider = provider
    self.dialect = dialect
  }

  /// Whether it is the provider that is asked now.
  public func isProvider(_ provider: String, speaking dialect: Dialect) -> Bool {
    self.dialect == dialect && (self.provider == nil || self.provider == provider)
  }
}
