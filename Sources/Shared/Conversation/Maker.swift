/// Who made a part of an answer that is of use to nobody else: the thoughts of a model are signed or sealed under their
/// provider's key, and another one refuses them or reads them as something that it said itself.
public struct Maker: Sendable, Hashable {
  /// The provider's name; nil when only the dialect is known, as with what a client brings of another gateway's.
  public var provider: String?
  public var dialect: Dialect
  /// The key with which the provider was asked, where it has several: what it made goes back under the same key first.
  public var key: KeyPlace?

  public init(provider: String?, dialect: Dialect, key: KeyPlace? = nil) {
    self.provider = provider
    self.dialect = dialect
    self.key = key
  }

  /// Whether it is the provider that is asked now, under whichever key.
  public func isProvider(_ provider: String, speaking dialect: Dialect) -> Bool {
    self.dialect == dialect && (self.provider == nil || self.provider == provider)
  }
}
