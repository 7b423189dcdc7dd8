import Foundation

/// A library in C that stands between a process and the operating system.
enum PreloadedLibrary {
  /// Compiles it into `directory`. Throws when there is no C compiler.
  static func compile(_ source: String, named name: String, in directory: URL) async throws -> URL {
    let code = directory.appending(path: "\(name).c")
    let library = directory.appending(path: "\(name).so")
    try Data(source.utf8).write(to: code)
    let compiler = try await ChildProcess(
      "/usr/bin/cc", ["-shared", "-fPIC", "-o", library.path(), code.path()])
    await compiler.waitUntilExit()
    guard compiler.exitStatus == 0 else {
      throw ChildProcess.EndedEarly(name: "cc", log: compiler.log)
    }
    return library
  }
}
