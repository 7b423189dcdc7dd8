import Shared

/// One record on its way.
enum TransferEntry: Sendable, Hashable {
  case tenant(Tenant)
  case key(APIKey)

  var id: String {
    switch self {
    case .tenant(let tenant): tenant.id.rawValue
    case .key(let key): key.id.rawValue
    }
  }

  var isKey: Bool {
    if case .key = self { true } else { false }
  }

  /// `{"kind", "record"}`; a key with its digests.
  var json: JSONValue {
    switch self {
    case .tenant(let tenant): ["kind": "tenant", "record": tenant.json]
    case .key(let key): ["kind": "key", "record": key.stored]
    }
  }

  /// The record without digests, as the log of changes has it.
  var shown: JSONValue {
    switch self {
    case .tenant(let tenant): tenant.json
    case .key(let key): key.shown(lastUsedAt: nil)
    }
  }

  func change(_ verb: AccessChange.Verb) -> AccessChange {
    switch self {
    case .tenant(let tenant): return .tenant(id, verb, json: tenant.json.serialized())
    case .key(let key):
      var change = AccessChange.key(
        id, of: key.tenant.description, verb, json: key.stored.serialized(),
        newDigests: key.digests.map(\.description))
      change.keepsDigests = true
      return change
    }
  }
}

extension APIKey {
  /// By which it is known: its own, and those that were replaced.
  var digests: [KeyDigest] { [digest] + replaced.map(\.digest) }
}
