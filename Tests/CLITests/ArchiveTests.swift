import Shared
import Testing

@testable import CLI

@Suite("Archives")
struct ArchiveTests {
  private let tenant: JSONValue = ["kind": "tenant", "record": ["id": "a"]]

  @Test("what was written is read, and what was cut off is refused")
  func reading() throws {
    let lines = [Archive.head(peppers: ["12345678"], at: 0), tenant, tenant, Archive.end(2)].map(
      OutputOptions.line)
    let archive = try Archive(parsing: lines.joined())
    #expect(archive.peppers == ["12345678"] && archive.entries == [tenant, tenant])
    for count in 0..<4 {
      #expect(throws: CommandFailure.self, "\(count)") { try Archive(parsing: lines.prefix(count).joined()) }
    }
    #expect(throws: CommandFailure.self) { try Archive(parsing: (lines[..<2] + lines[3...]).joined()) }
    #expect(throws: CommandFailure.self) { try Archive(parsing: "{\"sluice_archive\":2}\n{\"end\":0}\n") }
    #expect(throws: CommandFailure.self) { try Archive(parsing: "no JSON") }
  }
}
