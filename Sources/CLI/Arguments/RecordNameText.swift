import Shared

/// Ids of records as they are typed: what cannot be one is said before the server is asked.
enum RecordNameText {
  static func tenant(_ text: String) throws(CommandFailure) -> String {
    guard TenantID(rawValue: text) != nil else {
      throw .usage(
        "\"\(shown(text))\" is no tenant's id, which is 1 to 63 of a-z, 0-9, _ and -, the first a letter or digit"
      )
    }
    return text
  }

  /// A tenant, or `*` for all.
  static func reach(_ text: String) throws(CommandFailure) -> String {
    text == "*" ? text : try tenant(text)
  }

  static func key(_ text: String) throws(CommandFailure) -> String {
    guard !text.hasPrefix(KeyMaterial.prefix) else {
      throw .usage("that is a key itself; keys are named by their ids, which `sluice keys list` shows")
    }
    guard KeyID(rawValue: text) != nil else {
      throw .usage("\"\(shown(text))\" is no key's id, which is key_ and 26 letters and digits")
    }
    return text
  }

  static func job(_ text: String) throws(CommandFailure) -> String {
    guard JobID(rawValue: text) != nil else { throw .usage("\"\(shown(text))\" is no job's id") }
    return text
  }

  private static func shown(_ text: String) -> String {
    KeyBlots.blotted(text.count > 64 ? text.prefix(64) + "…" : text)
  }
}
