import Shared

/// The members of a request that a dialect must translate one by one. What nobody takes is refused.
struct ExtraMembers {
  private let provider: String
  private var members: JSONObject

  init(_ extras: JSONObject, of provider: String) {
    self.provider = provider
    members = extras
    members.removeAll { AdvisoryMembers.mayDrop($0.key, $0.value) }
  }

  mutating func takeNumber(_ name: String) throws(Untranslatable) -> JSONValue? {
    guard let value = members.removeValue(forKey: name) else { return nil }
    guard value.double != nil else { throw Untranslatable("`\(name)` should be a number.") }
    return value
  }

  mutating func takeText(_ name: String) throws(Untranslatable) -> String? {
    guard let value = members.removeValue(forKey: name) else { return nil }
    guard let text = value.string else { throw Untranslatable("`\(name)` should be a string.") }
    return text
  }

  mutating func takeFlag(_ name: String) throws(Untranslatable) -> Bool? {
    guard let value = members.removeValue(forKey: name) else { return nil }
    guard let flag = value.bool else { throw Untranslatable("`\(name)` should be true or false.") }
    return flag
  }

  /// To be called when everything that the provider has an equivalent of is taken.
  func refuseOthers() throws(Untranslatable) {
    if let name = members.keys.first { throw .missing("`\(name)`", in: provider) }
  }
}
