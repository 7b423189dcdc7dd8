import Shared

/// The variables in which the keys of LiteLLM's deployments are looked for here: a key that stands in the file goes nowhere,
/// and a variable's key to one host alone, unless the file itself says otherwise.
struct LiteLLMVariables: Sendable {
  /// What a variable of ours holds: a key of a host, or what a variable of another name held.
  private struct Content: Hashable {
    let host: String
    let key: String
  }

  /// Those of the file itself, which hold what it means.
  private let named: Set<String>
  private var given: [String: Content] = [:]

  /// What is written for a server that asks for no key.
  private static let placeholders: Set<String> = [
    "none", "null", "nil", "na", "n/a", "no", "empty", "dummy", "fake", "fake-key", "anything", "any",
    "any-key",
    "not-needed", "not-required", "not-used", "unused", "no-key", "nokey", "no-key-required",
    "sk-no-key-required",
    "placeholder", "ollama", "lm-studio", "-", "x", "xx", "xxx",
  ]
  private static let prefix = "os.environ/"

  /// - Parameter entries: those of `model_list`.
  init(_ entries: [JSONValue]) {
    named = entries.reduce(into: []) { names, entry in
      let params = entry["litellm_params"]
      if let key = params?["api_key"]?.string, key.hasPrefix(Self.prefix) {
        names.insert(String(key.dropFirst(Self.prefix.count)))
      } else if Self.isUnsaid(params?["api_key"]), let asked = params?["model"]?.string,
        let usual = LiteLLMProvider.read(asked)?.provider.variable
      {
        names.insert(usual)
      }
    }
  }

  /// The variable of a deployment's key; nil where it has none.
  mutating func variable(
    _ key: JSONValue?, of provider: LiteLLMProvider, at url: String, _ place: String,
    _ findings: inout LiteLLMFindings
  ) -> String? {
    let isAtHome = provider.baseURL.map { Self.origin(of: $0) == Self.origin(of: url) } ?? true
    guard !Self.isUnsaid(key), let key else {
      guard !isAtHome, let usual = provider.variable else { return provider.variable }
      findings.changed(
        "\(place).litellm_params.api_base",
        "no key is sent there, where LiteLLM sends that of \(usual); give the provider `key` if it needs one")
      return nil
    }
    let text = key.string ?? String(buffer: key.serialized())
    if text.hasPrefix(Self.prefix) {
      return variable(named: String(text.dropFirst(Self.prefix.count)), place, &findings)
    }
    if Self.placeholders.contains(text.lowercased()) { return nil }
    let host = Self.origin(of: url)
    let usual = isAtHome && provider.baseURL != nil ? provider.variable : nil
    let variable = fresh(
      usual ?? "API_KEY_OF_\(Self.inCapitals(Self.authority(of: url)))", Content(host: host, key: text))
    findings.left(
      "\(place).litellm_params.api_key",
      "the key in the file is not copied; put it into the variable \(variable)")
    return variable
  }

  /// A name as the file of providers has it.
  private mutating func variable(
    named name: String, _ place: String, _ findings: inout LiteLLMFindings
  ) -> String {
    let capitals = Self.inCapitals(name)
    guard capitals != name else { return name }
    let variable = fresh(capitals, Content(host: "", key: name))
    findings.changed(
      "\(place).litellm_params.api_key",
      "a variable's name has capitals, digits and _ here; put what \"\(name)\" holds into \(variable)")
    return variable
  }

  /// The name, or with a number behind it where that is the variable of another key.
  private mutating func fresh(_ base: String, _ content: Content) -> String {
    var (name, number) = (base, 1)
    while named.contains(name) || given[name].map({ $0 != content }) == true {
      number += 1
      name = "\(base)_\(number)"
    }
    given[name] = content
    return name
  }

  private static func isUnsaid(_ key: JSONValue?) -> Bool {
    guard let key else { return true }
    return key.isNull || key.string?.allSatisfy(\.isWhitespace) == true
  }

  // MARK: - Texts

  private static func origin(of url: String) -> String {
    url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
      .lowercased()
  }

  private static func authority(of url: String) -> String {
    let host = origin(of: url).split(separator: "/").last ?? ""
    return String(host.split(separator: "@").last ?? host)
  }

  /// In runs of capitals and digits, with a `_` between them, as variables are written here.
  private static func inCapitals(_ text: String) -> String {
    let plain = text.uppercased().map { character in
      character.isASCII && (character.isLetter || character.isNumber || character == "_") ? character : " "
    }
    let words = String(plain).split(separator: " ").joined(separator: "_")
    return String((words.first.map { !$0.isNumber } == true ? words : "_" + words).prefix(100))
  }
}
