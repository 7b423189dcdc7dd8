import Crypto

/// One of several keys with which a provider is asked.
///
/// Circuits and quotas know a target under a key by ``subject(of:)``. It goes by the key itself, not by its place: when
/// an operator puts another key there or changes their order, nothing is held against the wrong one.
public struct ProviderKey: Sendable, Hashable {
  public static let weights = 1...1000

  public let place: KeyPlace
  public let secret: Secret
  /// Its share of the requests, within ``weights``.
  public let weight: Int
  /// What the provider lets its customers ask with this key of each model; nil where that is as with the others.
  public let quotas: [Quota]?
  /// The provider's name and a digest of the key, of which nobody can make the key.
  private let mark: String

  /// `provider` is the provider's name.
  public init(
    _ place: KeyPlace, _ secret: Secret, of provider: String, weight: Int = 1, quotas: [Quota]? = nil
  ) {
    self.place = place
    self.secret = secret
    self.weight = weight
    self.quotas = quotas
    // A tenant that brings a key which is also the operator's has a circuit and quota of its own all the same.
    let text = "\(place == .own ? "own" : "") \(provider) \(secret.reveal())"
    let digest = SHA256.hash(data: Array(text.utf8)).prefix(6)
    mark = "\(provider)#" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// What circuits and quotas know the target by, when it is asked with this key.
  public func subject(of target: Target) -> Target { Target(provider: mark, model: target.model) }

  /// Whether it is the one that a subject is of.
  func isKey(of subject: Target) -> Bool { subject.provider == mark }

  /// The target that a subject is of. No provider's name has a `#`.
  public static func target(of subject: Target) -> Target {
    Target(provider: String(subject.provider.prefix { $0 != "#" }), model: subject.model)
  }
}

extension ProviderCatalog {
  /// What its provider lets its customers ask of a target, or of a target under one key: ``ProviderKey/subject(of:)``.
  public func quotas(of subject: Target) -> [Quota] {
    if let quotas = quotas(ofProvider: subject.provider) { return quotas }
    guard let provider = provider(named: ProviderKey.target(of: subject).provider) else { return [] }
    return provider.keys.first { $0.isKey(of: subject) }?.quotas ?? provider.quotas
  }
}
