import FoundationEssentials
import Logging
import TestSupport
import Testing

@testable import Shared

@Suite("Secrets that tenants bring")
struct TenantSecretsTests {
  private final class Lab {
    let folder = URL(filePath: "/tmp/sluice-secrets-\(UInt64.random(in: 0...UInt64.max))")
    var mounted: URL { folder.appending(path: "mounted") }
    let start = ContinuousClock.now

    init() throws { try FileManager.default.createDirectory(at: mounted, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ path: String, _ text: String) throws {
      try Data(text.utf8).write(to: folder.appending(path: path))
    }

    func secrets() throws -> TenantSecrets {
      TenantSecrets(
        try #require(SecretFolder(mounted.path())),
        logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
    }

    /// So many looks after the start.
    func after(_ looks: Int) -> ContinuousClock.Instant { start + TenantSecrets.interval * looks }
  }

  @Test("each is the content of the file of its name, without white space around it")
  func read() throws {
    let lab = try Lab()
    try lab.write("mounted/search.openai_1-x", "sk-1\n")
    #expect(try lab.secrets().secret(named: "search.openai_1-x") == Secret("sk-1"))
  }

  @Test(
    "no name leads out of the folder",
    arguments: [
      "../outside", "/etc/hostname", "..", ".", "", "a/b", "link", "s\u{e9}cret",
      String(repeating: "a", count: 65),
    ])
  func outside(name: String) throws {
    let lab = try Lab()
    try lab.write("outside", "sk-secret")
    try FileManager.default.createSymbolicLink(
      at: lab.mounted.appending(path: "link"), withDestinationURL: lab.folder.appending(path: "outside"))
    #expect(try lab.secrets().secret(named: name) == nil)
  }

  @Test("links within the folder are followed, as Kubernetes has them")
  func links() throws {
    let lab = try Lab()
    try FileManager.default.createDirectory(
      at: lab.mounted.appending(path: "..data"), withIntermediateDirectories: true)
    try lab.write("mounted/..data/openai", "sk-1")
    try FileManager.default.createSymbolicLink(
      atPath: lab.mounted.appending(path: "openai").path(), withDestinationPath: "..data/openai")
    #expect(try lab.secrets().secret(named: "openai") == Secret("sk-1"))
  }

  @Test("what is missing, empty or no secret is none", arguments: [nil, "", " \n", "two words"] as [String?])
  func none(text: String?) throws {
    let lab = try Lab()
    if let text { try lab.write("mounted/a", text) }
    #expect(try lab.secrets().secret(named: "a") == nil)
  }

  @Test("a file that is being written is read again once it has stayed the same from one look to the next")
  func changed() throws {
    let lab = try Lab()
    try lab.write("mounted/a", "sk-1")
    let secrets = try lab.secrets()
    // As if no time went by while the file is written.
    func secret(_ looks: Int) -> Secret? { secrets.secret(named: "a", at: lab.after(looks), time: 0) }
    #expect(secret(0) == Secret("sk-1"))
    try lab.write("mounted/a", "sk-half")
    #expect(secret(0) == Secret("sk-1"))
    #expect(secret(1) == Secret("sk-1"))
    try lab.write("mounted/a", "sk-whole")
    #expect(secret(2) == Secret("sk-1"))
    #expect(secret(3) == Secret("sk-whole"))
  }

  @Test("the first look after a pause finds what was written meanwhile, and never what was taken away")
  func pause() throws {
    let lab = try Lab()
    try lab.write("mounted/a", "sk-1")
    let secrets = try lab.secrets()
    #expect(secrets.secret(named: "a", at: lab.start) == Secret("sk-1"))
    try lab.write("mounted/a", "sk-another")
    #expect(secrets.secret(named: "a", at: lab.after(60), time: .max) == Secret("sk-another"))
    try FileManager.default.removeItem(at: lab.mounted.appending(path: "a"))
    #expect(secrets.secret(named: "a", at: lab.after(61)) == nil)
  }

  @Test("a folder that is none is refused")
  func folder() throws {
    let lab = try Lab()
    try lab.write("file", "x")
    for path in ["/nowhere/at/all", lab.folder.appending(path: "file").path()] {
      let error = #expect(throws: ConfigurationError.self) {
        try SecretFolder(ProcessEnvironment(["TENANT_SECRETS": path]))
      }
      #expect(error?.description.hasPrefix("TENANT_SECRETS names \"\(path)\", which is no folder") == true)
    }
    #expect(try SecretFolder(ProcessEnvironment([:])) == nil)
    #expect(try SecretFolder(ProcessEnvironment(["TENANT_SECRETS": lab.mounted.path()])) != nil)
  }
}
