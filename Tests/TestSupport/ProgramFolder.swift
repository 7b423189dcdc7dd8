import Foundation

/// Where the programs under test are: the folder that BINARIES names, such as `.build/release`; else those of the debug
/// build that the tests belong to.
enum ProgramFolder {
  private static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let folder = URL(
    filePath: ProcessInfo.processInfo.environment["BINARIES"] ?? ".build/debug", relativeTo: package)

  /// The path of a program, such as `sluice-api`.
  static func path(of program: String) -> String { folder.appending(path: program).path() }
}
