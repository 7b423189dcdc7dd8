import Foundation

/// A certificate for `localhost` and the authority that signed it, made by openssl for one test.
public struct TestCertificates: Sendable {
  private let directory: URL

  public var authority: String { path("ca.pem") }
  public var certificate: String { path("server.pem") }
  public var key: String { path("server.key") }

  public init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "sluice-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    try Data(names.utf8).write(to: directory.appending(path: "names"))
    try openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem")
    try openssl("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr")
    try openssl(
      "x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out server.pem"
    )
  }

  public func remove() { try? FileManager.default.removeItem(at: directory) }

  private func path(_ name: String) -> String { directory.appending(path: name).path() }

  private func openssl(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = directory
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}
