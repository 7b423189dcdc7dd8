import Foundation
import Synchronization

/// A process that a test starts, and that ends with the test at the latest.
public final class ChildProcess: Sendable {
  private struct Output {
    var text = ""
    var waiters: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
    var hasEnded = false
  }

  private let process = Process()
  private let output = Mutex(Output())
  public let name: String

  public var pid: Int32 { process.processIdentifier }
  public var isRunning: Bool { process.isRunning }
  /// All that it has written to its standard output and error so far.
  public var log: String { output.withLock { $0.text } }
  /// The exit status, once it has ended.
  public var exitStatus: Int32 { process.terminationStatus }

  /// Starts it. The environment is exactly what is given here, so that a developer's own does not matter.
  public init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], directory: URL? = nil
  ) async throws {
    name = URL(filePath: executable).lastPathComponent
    process.executableURL = URL(filePath: "/usr/bin/setpriv")
    // The kernel ends it when the test process dies.
    process.arguments = ["--pdeathsig", "KILL", executable] + arguments
    process.environment = environment.merging(["PATH": "/usr/local/bin:/usr/bin:/bin"]) { own, _ in own }
    process.currentDirectoryURL = directory
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try await ProcessSpawner.shared.run(process)
    // A thread that blocks: Foundation's readabilityHandler has crashed in libdispatch now and then.
    let output = pipe.fileHandleForReading
    Thread.detachNewThread { [weak self] in
      while true {
        // Waits until there is something; nothing means the end.
        let data = output.availableData
        self?.take(String(decoding: data, as: UTF8.self), isLast: data.isEmpty)
        if data.isEmpty { return }
      }
    }
  }

  private func take(_ text: String, isLast: Bool) {
    let ready = output.withLock { output in
      output.text += text
      output.hasEnded = output.hasEnded || isLast
      let (text, hasEnded) = (output.text, output.hasEnded)
      let ready = output.waiters.filter { text.contains($0.text) || hasEnded }
      output.waiters.removeAll { text.contains($0.text) || hasEnded }
      return ready.map { (continuation: $0.continuation, isThere: text.contains($0.text)) }
    }
    for waiter in ready { waiter.continuation.resume(returning: waiter.isThere) }
  }

  /// Returns once its output holds a text. Throws when it ends without.
  public func waitForOutput(_ text: String) async throws {
    let isThere = await withCheckedContinuation { continuation in
      let now: Bool? = output.withLock { output in
        if output.text.contains(text) { return true }
        if output.hasEnded { return false }
        output.waiters.append((text, continuation))
        return nil
      }
      if let now { continuation.resume(returning: now) }
    }
    guard isThere else { throw EndedEarly(name: name, log: log) }
  }

  /// The memory that it has in RAM; 0 once it has ended.
  public var residentBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 * 1024 } ?? 0
  }

  public func signal(_ signal: Int32) {
    guard process.isRunning else { return }
    kill(pid, signal)
  }

  /// Asks it to stop and returns once it has.
  public func terminate() async {
    signal(SIGTERM)
    await waitUntilExit()
  }

  public func killNow() async {
    signal(SIGKILL)
    await waitUntilExit()
  }

  /// Returns once it has ended. What it wrote last may not be in ``log`` yet.
  public func waitUntilExit() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      DispatchQueue.global().async { [process] in
        process.waitUntilExit()
        continuation.resume()
      }
    }
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  public struct EndedEarly: Error, CustomStringConvertible {
    let name: String
    let log: String
    public var description: String { "\(name) ended early: \(log)" }
  }
}
