import FoundationEssentials
import Testing

@testable import Shared

@Suite("What is wrong with a file of providers")
struct ProviderFileErrorTests {
  /// A text and the one line that an operator gets for it.
  struct Row: Sendable, CustomTestStringConvertible {
    let text: String
    let message: String

    init(_ text: String, _ message: String) {
      self.text = text
      self.message = message
    }

    var testDescription: String { message }
  }

  private func error(_ text: String, _ environment: [String: String] = [:]) -> String? {
    do {
      let file = try ProviderFile(text, file: "s.yaml")
      _ = try ProviderCatalog(ProcessEnvironment(environment), file: file)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// A provider with one more line, which is line 3.
  private static func provider(_ line: String) -> String {
    """
    providers:
      - name: a
        \(line)
        dialect: openai
        base_url: http://a
        models: [m]
    """
  }

  private static func route(_ lines: String) -> String {
    """
    providers:
      - {name: one, dialect: openai, base_url: http://a, models: [m]}
    routes:
      - name: r
        \(lines)
    """
  }

  // MARK: - The table

  private static let members =
    "name, dialect, base_url, preset, key, keys, headers, default_model, models, quotas, timeouts, shape, "
    + "traceparent, completions, moderations"

  private static let shapes = [
    Row("", "s.yaml:1: there is nothing in the file"),
    Row("# only a comment", "s.yaml:1: there is nothing in the file"),
    Row("- a", "s.yaml:1: the file holds a list; allowed is a mapping with providers, routes, aliases"),
    Row("hello", #"s.yaml:1: the file holds "hello"; allowed is a mapping with providers, routes, aliases"#),
    Row(
      "\nprovider: []",
      #"s.yaml:2: the file has no member "provider", did you mean "providers"?; allowed are providers, routes, aliases"#
    ),
    Row(
      "providers: {}", "s.yaml:1: providers holds a mapping; allowed is a list of providers"),
    Row("routes: 5", #"s.yaml:1: routes holds "5"; allowed is a list of routes"#),
    Row(
      "providers:\n  - x",
      #"s.yaml:2: providers[0] holds "x"; allowed is a mapping with "# + members),
    Row("a: [", "s.yaml:1: this is no YAML: did not find expected node content"),
    Row("providers:\n\t- x", "s.yaml:2: this is no YAML: found character that cannot start any token"),
    Row("providers: []\nroutes: []\nproviders: []", "s.yaml:1: this member stands here more than once"),
    Row("providers: []\n---\nroutes: []", "s.yaml:2: this is no YAML: but found another document"),
    Row("? [a]\n: b", "s.yaml:1: a member's name must be a single word"),
  ]

  private static let providers = [
    Row(
      "providers:\n  - name: a",
      #"s.yaml:2: providers[0] lacks "dialect"; allowed is one of openai, gemini, anthropic, responses"#),
    Row(
      "providers:\n  - dialect: openai",
      #"s.yaml:2: providers[0] lacks "name"; allowed is 1 to 32 of a-z, 0-9, _ and -"#),
    Row(
      "providers:\n  - {name: A b, dialect: openai}",
      #"s.yaml:2: providers[0].name holds "A b"; allowed is 1 to 32 of a-z, 0-9, _ and -"#),
    Row(
      "providers:\n  - {name: a, dialect: opnai}",
      #"s.yaml:2: providers[0].dialect holds "opnai"; allowed is one of openai, gemini, anthropic, responses"#
    ),
    Row(
      "providers:\n  - {name: a, dialect: openai}",
      #"s.yaml:2: providers[0] lacks "base_url"; allowed is an http or https URL without query"#),
    Row(
      "providers:\n  - {name: a, dialect: openai, base_url: http://a}",
      #"s.yaml:2: providers[0] lacks "default_model" or "models"; allowed is a model's name: up to 200 visible "#
        + "ASCII characters without spaces"),
    Row(
      provider("base_ur: http://b"),
      #"s.yaml:3: providers[0] has no member "base_ur", did you mean "base_url"?; allowed are "# + members),
    Row(
      provider("colour: red"),
      #"s.yaml:3: providers[0] has no member "colour"; allowed are "# + members),
    Row(
      "providers:\n  - &x {name: a}\n  - {name: *y}",
      "s.yaml:2: anchors and aliases (& and *) are not allowed; write the value out"),
    Row(
      """
      providers:
        - {name: a, dialect: openai, base_url: http://a, models: [m]}
        - {name: b, dialect: openai, base_url: http://a, models: [m]}
        - name: a
          dialect: openai
          base_url: http://a
          models: [m]
      """, #"s.yaml:4: providers[2].name holds "a", which line 2 has, too; allowed is a name of its own"#),
    Row(
      provider("quotas: 30 requests/minute"),
      #"s.yaml:3: providers[0].quotas holds "30 requests/minute"; allowed is a list of quotas such as "#
        + #""30 requests/minute""#),
    Row(
      provider("quotas: [30 requests/hour]"),
      #"s.yaml:3: providers[0].quotas[0] holds "30 requests/hour"; allowed is "N requests/minute", "#
        + #""N requests/day", "N tokens/minute" or "N tokens/day""#),
    Row(
      provider("timeouts: {connect: 0}"),
      #"s.yaml:3: providers[0].timeouts.connect holds "0"; allowed is a number of seconds from 0.1 to 300"#),
    Row(
      provider(#"timeouts: {idle: "5"}"#),
      #"s.yaml:3: providers[0].timeouts.idle holds "5"; allowed is a number of seconds from 0.1 to 3600"#),
    Row(
      provider("timeouts: {first: 5}"),
      #"s.yaml:3: providers[0].timeouts has no member "first"; allowed are connect, first_byte, idle, total, "#
        + "stream_total"),
    Row(
      provider("completions: yes"),
      #"s.yaml:3: providers[0].completions holds "yes"; allowed is true or false"#),
    Row(
      "providers:\n  - {name: a, dialect: gemini, base_url: http://a, models: [m], moderations: true}",
      "s.yaml:2: providers[0].moderations is for providers of the dialect openai; allowed is no such member "
        + "with gemini"),
  ]

  private static let models = [
    Row(
      "providers:\n  - {name: a, dialect: openai, base_url: http://a, models: [m, {name: m}]}",
      #"s.yaml:2: providers[0].models[1] names "m" a second time; allowed is each model once"#),
    Row(
      "providers:\n  - {name: a, dialect: openai, base_url: http://a, models: [{name: m, input: 1}]}",
      #"s.yaml:2: providers[0].models[0] lacks "output"; allowed is US dollars for a million tokens, from 0 to "#
        + "10000 with up to nine decimal places"),
    Row(
      "providers:\n  - {name: a, dialect: openai, base_url: http://a, models: [{name: m, context_window: 0}]}",
      #"s.yaml:2: providers[0].models[0].context_window holds "0"; allowed is a whole number from 1 to "#
        + "1000000000"),
    Row(
      "providers:\n  - {name: a, dialect: openai, base_url: http://a, default_model: a b}",
      #"s.yaml:2: providers[0].default_model holds "a b"; allowed is a model's name: up to 200 visible ASCII "#
        + "characters without spaces"),
  ]

  private static let routes = [
    Row(
      route("targets: []"),
      #"s.yaml:5: routes[0].targets has no targets; allowed is a list of at least one "provider/model", or a "#
        + "mapping with target and weight"),
    Row(
      route("retries: 1"),
      #"s.yaml:4: routes[0] lacks "targets"; allowed is a list of at least one "provider/model", or a mapping "#
        + "with target and weight"),
    Row(
      route("targets: [two/m]"),
      #"s.yaml:5: routes[0].targets[0] names the provider "two", which is not there; allowed are gemini, groq, "#
        + "openrouter, one"),
    Row(
      route("targets: [one/m, grok/m]"),
      #"s.yaml:5: routes[0].targets[1] names the provider "grok", which is not there, did you mean "groq"?; "#
        + "allowed are gemini, groq, openrouter, one"),
    Row(
      route("targets: [one]"),
      #"s.yaml:5: routes[0].targets[0] holds "one"; allowed is "provider/model", or a mapping with target and "#
        + "weight"),
    Row(
      route("targets: [{target: one/m, weight: 0}]"),
      #"s.yaml:5: routes[0].targets[0].weight holds "0"; allowed is a whole number from 1 to 1000"#),
    Row(
      route("targets: [{target: one/m, weigth: 2}]"),
      #"s.yaml:5: routes[0].targets[0] has no member "weigth", did you mean "weight"?; allowed are target, "#
        + "weight"),
    Row(
      route("targets: [one/m, one/m]"),
      #"s.yaml:5: routes[0].targets[1] names "one/m" a second time; allowed is each target once"#),
    Row(
      route("strategy: random\n    targets: [one/m]"),
      #"s.yaml:5: routes[0].strategy holds "random"; allowed is one of ordered, weighted, fastest, cheapest"#),
    Row(
      route("retries: 4\n    targets: [one/m]"),
      #"s.yaml:5: routes[0].retries holds "4"; allowed is a whole number from 0 to 3"#),
    Row(
      route("hedge_after: soon\n    targets: [one/m]"),
      #"s.yaml:5: routes[0].hedge_after holds "soon"; allowed is a number of seconds from 0.05 to 300"#),
    Row(
      route("sticky: often\n    targets: [one/m]"),
      #"s.yaml:5: routes[0].sticky holds "often"; allowed is true or false"#),
    Row(
      "routes:\n  - {name: a/b, targets: [groq/m]}",
      #"s.yaml:2: routes[0].name holds "a/b"; allowed is 1 to 64 letters, digits, dots, _ and -"#),
    Row(
      "routes:\n  - {name: a, targets: [groq/m]}\n  - {name: a, targets: [groq/m]}",
      #"s.yaml:3: routes[1].name holds "a", which line 2 has, too; allowed is a name of its own"#),
  ]

  private static let aliasName =
    "allowed is a name of 1 to 200 letters, digits and . _ - : / @ + [ ], in which * stands for any text"
  private static let aliasMeaning = "allowed is a route, \"provider/model\" or a model that a provider lists"

  /// Two routes and the aliases, which begin in line 5.
  private static func aliases(_ lines: String) -> String {
    """
    routes:
      - {name: smart, targets: [groq/m]}
      - {name: quick, targets: [groq/m]}
    aliases:
      \(lines)
    """
  }

  private static let aliases = [
    Row(
      "aliases: [a]",
      #"s.yaml:1: aliases holds a list; allowed is a mapping of aliases, such as "claude-*": smart"#),
    Row(aliases("gpt 5: smart"), "s.yaml:5: aliases.gpt 5 is no alias; \(aliasName)"),
    Row(aliases("gpt-**: smart"), "s.yaml:5: aliases.gpt-** is no alias; \(aliasName)"),
    Row(aliases("gpt-?: smart"), "s.yaml:5: aliases.gpt-? is no alias; \(aliasName)"),
    Row(aliases("gpt-5: [smart]"), "s.yaml:5: aliases.gpt-5 holds a list; \(aliasMeaning)"),
    Row(
      aliases("claude-*: smrt"),
      #"s.yaml:5: aliases.claude-* stands for "smrt", which is not there, did you mean "smart"?; "#
        + aliasMeaning),
    Row(
      aliases("claude-*: nobody/m"),
      #"s.yaml:5: aliases.claude-* stands for "nobody/m", which is not there; "# + aliasMeaning),
    Row(
      aliases("one: smart\n  two: one"),
      #"s.yaml:6: aliases.two stands for "one", which is an alias itself; "# + aliasMeaning),
    Row(
      aliases("quick: smart"),
      "s.yaml:5: aliases.quick has the name of a route, which goes first; \(aliasName)"),
    Row(
      aliases("groq/*: smart"),
      #"s.yaml:5: aliases.groq/* begins with "groq/", by which that provider's models are asked; "#
        + aliasName),
  ]

  @Test(
    "every mistake is one line with the file, the line and what is allowed",
    arguments: shapes + providers + models + routes + aliases)
  func table(row: Row) { #expect(error(row.text) == row.message) }

  @Test(
    "a URL that is none is refused",
    arguments: [
      "ftp://a", "a.example", "http://", "http:///v1", "https://a?x=1", "https://a#x", "https://a b",
      "https://user:pass@a", "https://späß", #""https://a\n""#,
    ])
  func url(text: String) {
    let message = error(
      "providers:\n  - {name: a, dialect: openai, base_url: '\(text)', models: [m]}".replacing(
        "''", with: "'"))
    #expect(message?.hasPrefix("s.yaml:2: providers[0].base_url holds ") == true)
    #expect(message?.hasSuffix("; allowed is an http or https URL without query") == true)
  }

  @Test(
    "a price that is none is refused",
    arguments: [
      "-1", "0.0000000001", "1e3", "free", ".5", "+1", "10000.01", "99999999999", ".nan", "'1'", "0x1",
    ])
  func price(text: String) {
    let message = error(
      """
      providers:
        - name: a
          dialect: openai
          base_url: http://a
          models:
            - {name: m, input: \(text), output: 1}
      """)
    #expect(message?.hasPrefix("s.yaml:6: providers[0].models[0].input holds ") == true)
  }

  // MARK: - Secrets

  @Test(
    "a key in the file is refused, and is not shown, in whatever place it stands",
    arguments: [
      "key: sk-hunter2", "key: \"sk-hunter2\"", "key: {env: sk-hunter2}", "key: {file: sk-hunter2}",
      "keys: sk-hunter2", "keys: [sk-hunter2]", "keys: [{env: A}, sk-hunter2]", "keys: [{env: sk-hunter2}]",
      "keys: [{sk-hunter2: A}]", "keys: {env: sk-hunter2}", "keys: [{file: sk-hunter2, weight: 2}]",
      "key: {value: sk-hunter2}", "key: {sk-hunter2: }", "key: [sk-hunter2]", "key: {env: [sk-hunter2]}",
      "headers: {Authorization: Bearer sk-hunter2}", "headers: {x-api-key: sk-hunter2}",
      "headers: {X-Team: \"sk-hunter2\\n\"}", "headers: {X-Team: [sk-hunter2]}",
      "key: \"sk-hunter2", "key: 'sk-hunter2", "key: @sk-hunter2", "key: {env: A, file: /sk-hunter2}",
      "base_url: https://user:sk-hunter2@host",
    ])
  func secret(line: String) throws {
    let text = line.hasPrefix("base_url") ? "providers:\n  - name: a\n    \(line)" : Self.provider(line)
    let message = try #require(error(text), "it is refused")
    #expect(message.hasPrefix("s.yaml:"))
    #expect(!message.contains("hunter2"))
    #expect(!message.contains("\n"))
  }

  @Test("whoever writes the key itself is told where it belongs")
  func literalKey() {
    #expect(
      error(Self.provider("key: sk-1"))
        == "s.yaml:3: providers[0].key must not hold the key itself; allowed is {env: VARIABLE} or "
        + "{file: /path}, which hold the key; without it no key is sent")
  }

  @Test(
    "headers that belong to the request itself are refused", arguments: ["Host", "content-length", "a b"])
  func header(name: String) {
    let message = error(Self.provider("headers: {\(name): x}"))
    #expect(message?.hasPrefix("s.yaml:3: providers[0].headers.\(name) ") == true)
  }

  // MARK: - Bad intent

  @Test("a text of the file stays on one line in a message, and is cut")
  func oneLine() throws {
    let message = try #require(
      error(Self.provider("\"\\e[31m\\n\\u2028\(String(repeating: "x", count: 500))\": 1")))
    #expect(message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(!message.contains("\u{2028}") && message.count < 400)
  }

  @Test("nine lines that stand for a billion values are refused at once, also where they are names")
  func bomb() throws {
    var text = "a0: &a0 x\n"
    for level in 1...9 {
      text +=
        "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]\n"
    }
    for bomb in [text, text + "? *a9\n: x\n"] {
      #expect(error(bomb)?.contains("anchors and aliases") == true)
    }
  }

  @Test("an asterisk or ampersand that is no alias is a letter like others")
  func asterisks() throws {
    let text = Self.provider("headers: {X-Accept: 'a, */* & b', X-Star: a *b &c}")
    #expect(error(text) == nil)
    let file = try ProviderFile(text, file: "f")
    let provider = try file.providers[0].provider(ProcessEnvironment([:]))
    #expect(provider.headers == ["X-Accept": "a, */* & b", "X-Star": "a *b &c"])
  }

  @Test("a hundred thousand brackets are refused, not followed", arguments: ["[", "{", "- ", "? "])
  func depth(text: String) {
    #expect(error(String(repeating: text, count: 100_000))?.hasPrefix("s.yaml:1: this is no YAML") == true)
  }

  // MARK: - The file itself

  @Test("a file that cannot be read, is too large or is no text is named")
  func file() throws {
    let file = URL(filePath: "/tmp/sluice-config-\(UInt64.random(in: 0...UInt64.max))")
    defer { try? FileManager.default.removeItem(at: file) }
    let environment = ProcessEnvironment(["SLUICE_CONFIG": file.path()])
    func expectError(_ message: String) {
      #expect(throws: ConfigurationError(message)) { try ProviderCatalog(environment) }
    }
    expectError("SLUICE_CONFIG names \"\(file.path())\", which cannot be read; allowed is a file")
    try Data(repeating: 0x23, count: 1_048_577).write(to: file)
    expectError("\(file.path()): the file is too large; allowed are 1048576 bytes")
    try Data([0x61, 0xFF, 0x62]).write(to: file)
    expectError("\(file.path()): the file is not UTF-8; allowed is UTF-8")
    try Data("a: \u{1}".utf8).write(to: file)
    expectError("\(file.path()):1: this is no YAML: control characters are not allowed")
    for device in ["/dev/zero", "/"] {
      #expect(throws: ConfigurationError.self) {
        try ProviderCatalog(ProcessEnvironment(["SLUICE_CONFIG": device]))
      }
    }
  }
}
