import FoundationEssentials
import Testing

@testable import Shared

@Suite("A provider's keys in a file")
struct ProviderKeysTests {
  /// A folder with files of secrets.
  private final class Folder {
    let url = URL(filePath: "/tmp/sluice-keys-\(UInt64.random(in: 0...UInt64.max))")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ name: String, _ text: String) throws -> String {
      let file = url.appending(path: name)
      try Data(text.utf8).write(to: file)
      return file.path()
    }
  }

  private static func text(_ lines: String) -> String {
    """
    providers:
      - name: a
        \(lines)
        dialect: openai
        base_url: http://a
        models: [m]
        quotas: [10 requests/minute]
    """
  }

  private func provider(_ lines: String, _ environment: [String: String] = [:]) throws -> Provider {
    let file = try ProviderFile(Self.text(lines), file: "s.yaml")
    return try file.providers[0].provider(ProcessEnvironment(environment))
  }

  private func error(_ lines: String, _ environment: [String: String] = [:]) -> String? {
    do {
      _ = try provider(lines, environment)
      return nil
    } catch {
      return "\(error)"
    }
  }

  // MARK: - What is right

  @Test("each has its place, its weight and its quotas, and the provider's first key is the first of them")
  func several() throws {
    let folder = try Folder()
    let path = try folder.write("b", "sk-b\n")
    let provider = try provider(
      "keys: [{env: A, weight: 2}, {file: \(path), quotas: [5 requests/day]}]", ["A": "sk-a"])
    #expect(provider.keys.map(\.place) == [.listed(1), .listed(2)])
    #expect(provider.keys.map { $0.secret.reveal() } == ["sk-a", "sk-b"])
    #expect(provider.keys.map(\.weight) == [2, 1])
    #expect(provider.access == .key(Secret("sk-a")) && provider.isOn)
    let catalog = ProviderCatalog(providers: [provider], prices: .list)
    let subjects = provider.keys.map { $0.subject(of: provider.defaultTarget) }
    #expect(subjects.map { catalog.quotas(of: $0).map(\.amount) } == [[10], [5]])
    #expect(catalog.quotas(of: provider.defaultTarget).map(\.amount) == [10])
    let own = ProviderKey(.own, Secret("sk-c"), of: "a").subject(of: provider.defaultTarget)
    #expect(catalog.quotas(of: own).map(\.amount) == [10], "a tenant's own key has the provider's quotas")
  }

  @Test("one in a list is as one by itself", arguments: ["key: {env: A}", "keys: [{env: A, weight: 7}]"])
  func one(line: String) throws {
    let provider = try provider(line, ["A": "sk-a"])
    #expect(provider.keys.isEmpty && provider.access == .key(Secret("sk-a")))
  }

  @Test("where no variable is set the provider is off")
  func off() throws {
    let provider = try provider("keys: [{env: A}, {env: B}]")
    #expect(provider.access == .off(needs: "A") && provider.keys.isEmpty)
  }

  @Test("what is known of a key stays with it when its place changes, and is no one else's")
  func subjects() throws {
    let target = Target(provider: "a", model: "m/n")
    let subject = ProviderKey(.listed(1), Secret("sk-a"), of: "a").subject(of: target)
    #expect(subject == ProviderKey(.listed(2), Secret("sk-a"), of: "a", weight: 3).subject(of: target))
    #expect(subject != ProviderKey(.listed(1), Secret("sk-b"), of: "a").subject(of: target))
    #expect(subject != ProviderKey(.own, Secret("sk-a"), of: "a").subject(of: target))
    #expect(subject != ProviderKey(.listed(1), Secret("sk-a"), of: "b").subject(of: target))
    #expect(!"\(subject)".contains("sk-a"))
    #expect(Target(description: subject.description) == subject)
    #expect(ProviderKey.target(of: subject) == target)
  }

  @Test("a key's file is watched, and a change of it is taken up")
  func watched() throws {
    let folder = try Folder()
    let keys = [try folder.write("one", "first"), try folder.write("two", "second")]
    let config = try folder.write(
      "sluice.yaml", Self.text("keys: [\(keys.map { "{file: \($0)}" }.joined(separator: ", "))]"))
    let source = try CatalogSource(ProcessEnvironment(["SLUICE_CONFIG": config, "CASCADE": "groq"]))
    let before = source.current.provider(named: "a")?.keys
    _ = try folder.write("two", "another")
    #expect((0..<2).contains { _ in source.hasSettledChange() })
    #expect(try source.reload().description == "providers: changed a")
    let after = try #require(source.current.provider(named: "a")?.keys)
    #expect(after.map { $0.secret.reveal() } == ["first", "another"])
    #expect(after[0] == before?[0])
  }

  // MARK: - What is wrong

  @Test(
    "every mistake is one line that says what is allowed",
    arguments: [
      (
        "key: {env: A}\n    keys: [{env: B}]",
        #"s.yaml:4: providers[0].keys stands beside "key"; allowed is one of the two"#
      ),
      (
        "keys: []",
        "s.yaml:3: providers[0].keys has 0 keys; allowed is a list of 1 to 64 of {env: VARIABLE} and {file: /path}"
      ),
      (
        "keys: {env: A}",
        "s.yaml:3: providers[0].keys holds a mapping; allowed is a list of 1 to 64 of {env: VARIABLE} and "
          + "{file: /path}"
      ),
      (
        "keys: [{env: A, weight: 0}]",
        #"s.yaml:3: providers[0].keys[0].weight holds "0"; allowed is a whole number from 1 to 1000"#
      ),
      (
        "keys: [{env: A, wieght: 2}]",
        "s.yaml:3: providers[0].keys[0] has a member that is not known here; allowed are env, file, weight, quotas"
      ),
      (
        "keys: [{weight: 2}]",
        "s.yaml:3: providers[0].keys[0] must hold one of env and file; allowed is {env: VARIABLE} or "
          + "{file: /path}, which hold the key; without it no key is sent"
      ),
      (
        "keys: [{env: A}, {env: NOT_SET}]",
        "s.yaml:3: providers[0].keys[1] names the variable NOT_SET, which is not set, while another key is; "
          + "allowed are variables that hold keys"
      ),
      (
        "keys: [{env: A}, {env: B}, {env: A2}]",
        "s.yaml:3: providers[0].keys[2] holds the same key as keys[0]; allowed is each key once"
      ),
      (
        "keys: [{env: A}, {file: /nowhere/x}]",
        #"s.yaml:3: providers[0].keys[1].file names the file "/nowhere/x", which cannot be read; allowed is a "#
          + "file with a key"
      ),
    ])
  func mistakes(lines: String, message: String) {
    #expect(error(lines, ["A": "sk-a", "A2": "sk-a", "B": "sk-b"]) == message)
  }

  @Test("a file without a key is told from one that holds something else")
  func files() throws {
    let folder = try Folder()
    let file = try folder.write("k", " \n")
    #expect(
      error("keys: [{env: A}, {file: \(file)}]", ["A": "sk-a"])
        == "s.yaml:3: providers[0].keys[1].file names the file \"\(file)\", which is empty; allowed is a file "
        + "with a key")
    _ = try folder.write("k", "two words")
    #expect(error("key: {file: \(file)}")?.contains("which holds no key") == true)
  }
}
