import FoundationEssentials
import Testing

@testable import Shared

@Suite("A catalog that follows its files")
struct CatalogSourceTests {
  /// A configuration file, a key file, and a catalog that is made of them.
  private final class Lab {
    let folder = URL(filePath: "/tmp/sluice-catalog-\(UInt64.random(in: 0...UInt64.max))")
    var config: URL { folder.appending(path: "sluice.yaml") }
    var key: URL { folder.appending(path: "key") }
    var environment: ProcessEnvironment {
      ProcessEnvironment(["SLUICE_CONFIG": config.path(), "CASCADE": "groq"])
    }

    init(_ names: String...) throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("first".utf8).write(to: key)
      try write(names)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ names: [String]) throws {
      let providers = names.map { name in
        "  - {name: \(name), dialect: openai, base_url: http://\(name), models: [m], key: {file: \(key.path())}}"
      }
      try Data((["providers:"] + providers).joined(separator: "\n").utf8).write(to: config)
    }

    /// Looks until a change has settled, at most so often.
    func settles(_ source: CatalogSource) -> Bool { (0..<2).contains { _ in source.hasSettledChange() } }
  }

  @Test("a good file takes the old one's place, and what changed is told by name")
  func reload() throws {
    let lab = try Lab("one", "two")
    let source = try CatalogSource(lab.environment)
    let before = source.current
    try lab.write(["two", "three"])
    let change = try source.reload()
    #expect(
      change.description == "providers: added three; removed one; routes: changed default")
    #expect(source.current.providers.map(\.name) == ["groq", "two", "three"])
    #expect(source.current.generation == before.generation + 1)
    #expect(before.provider(named: "one") != nil, "who works by the old one keeps it")
    #expect(try source.reload().description == "nothing has changed")
  }

  @Test("a wrong file changes nothing, and a later one is taken all the same")
  func wrong() throws {
    let lab = try Lab("one")
    let source = try CatalogSource(lab.environment)
    try Data("providers: 5".utf8).write(to: lab.config)
    let error = #expect(throws: ConfigurationError.self) { try source.reload() }
    #expect(error?.description.hasPrefix("\(lab.config.path()):1: providers holds") == true)
    #expect(source.current.provider(named: "one") != nil && source.current.generation == 0)
    try lab.write(["two"])
    #expect(lab.settles(source))
    _ = try source.reload()
    #expect(source.current.provider(named: "two") != nil)
  }

  @Test("at start a wrong file is an error, and so is one that leaves nobody to ask, to those who must ask")
  func start() throws {
    let lab = try Lab("one")
    try Data("providers: [".utf8).write(to: lab.config)
    #expect(throws: ConfigurationError.self) { try CatalogSource(lab.environment) }
    let empty = ProcessEnvironment(["CASCADE": "groq,gemini"])
    #expect(throws: Never.self) { try CatalogSource(empty) }
    #expect(throws: ConfigurationError("no provider has a key; set one of GROQ_API_KEY, GEMINI_API_KEY")) {
      try CatalogSource(empty, requiresProvider: true)
    }
    try lab.write(["one"])
    #expect(throws: Never.self) { try CatalogSource(lab.environment, requiresProvider: true) }
  }

  @Test("a change counts once the file has been left alone, and then once")
  func settling() throws {
    let lab = try Lab("one")
    let source = try CatalogSource(lab.environment)
    #expect(!lab.settles(source))
    try lab.write(["one", "two"])
    #expect(!source.hasSettledChange(), "it may still be written")
    try lab.write(["one", "two", "three"])
    #expect(!source.hasSettledChange(), "and it was")
    #expect(source.hasSettledChange())
    _ = try source.reload()
    #expect(!lab.settles(source))
  }

  @Test("a wrong file is reported once, not at every look")
  func onceWrong() throws {
    let lab = try Lab("one")
    let source = try CatalogSource(lab.environment)
    try Data("providers: [".utf8).write(to: lab.config)
    #expect(lab.settles(source))
    #expect(throws: ConfigurationError.self) { try source.reload() }
    #expect(!lab.settles(source))
  }

  @Test("the file of a key is watched, too; one that is replaced by another of the same content is a change")
  func keyFile() throws {
    let lab = try Lab("one")
    let source = try CatalogSource(lab.environment)
    try Data("second".utf8).write(to: lab.key)
    #expect(lab.settles(source))
    #expect(try source.reload().description == "providers: changed one")
    #expect(source.current.provider(named: "one")?.access == .key(Secret("second")))
    try FileManager.default.removeItem(at: lab.key)
    #expect(lab.settles(source))
    #expect(throws: ConfigurationError.self) { try source.reload() }
    try Data("third".utf8).write(to: lab.key, options: .atomic)
    #expect(lab.settles(source))
    _ = try source.reload()
    #expect(source.current.provider(named: "one")?.access == .key(Secret("third")))
  }

  @Test("links are followed: Kubernetes switches the folder behind one")
  func links() throws {
    let lab = try Lab("one")
    let (link, other) = (lab.folder.appending(path: "link"), lab.folder.appending(path: "other"))
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: lab.config)
    let source = try CatalogSource(
      ProcessEnvironment(["SLUICE_CONFIG": link.path(), "CASCADE": "groq"]))
    try FileManager.default.copyItem(at: lab.config, to: other)
    try FileManager.default.removeItem(at: link)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: other)
    #expect(lab.settles(source))
  }

  @Test("without a file nothing is watched, and reading again finds nothing new")
  func noFile() throws {
    let source = try CatalogSource(ProcessEnvironment(["GROQ_API_KEY": "k"]))
    #expect(!source.hasSettledChange())
    #expect(try source.reload().description == "nothing has changed")
    let fixed = CatalogSource(source.current)
    #expect(try fixed.reload().description == "nothing has changed")
    #expect(fixed.current.provider(named: "groq")?.isOn == true)
  }
}
