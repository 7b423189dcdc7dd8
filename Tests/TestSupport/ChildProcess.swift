import Foundation
import Synchronization

/// A process that a test starts, and that ends with the test at the latest.
public final class ChildProcess: Sendable {
  private struct Output {
    var text = ""
    var waiters: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
    var hasEnded = false
  }

  private struct Life {
    /// Nil while it runs; the exit status, or the signal that ended it.
    var status: Int32?
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let output = Mutex(Output())
  private let life: SharedLife
  public let name: String
  public let pid: Int32

  /// Shared with the thread that waits for the process.
  private final class SharedLife: Sendable {
    let state = Mutex(Life())
  }

  public var isRunning: Bool { life.state.withLock { $0.status == nil } }
  /// All that it has written to its standard output and error so far.
  public var log: String { output.withLock { $0.text } }
  /// The exit status once it has ended, or the signal that ended it; -1 before.
  public var exitStatus: Int32 { life.state.withLock { $0.status ?? -1 } }

  /// Starts it. The environment is exactly what is given here, so that a developer's own does not matter.
  public init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], directory: URL? = nil
  ) async throws {
    name = URL(filePath: executable).lastPathComponent
    // The kernel ends it when the test process dies.
    let place = directory.map { ["/usr/bin/env", "--chdir", $0.path()] } ?? []
    let command = ProcessSpawner.Command(
      executable: "/usr/bin/setpriv",
      arguments: ["--pdeathsig", "KILL"] + place + [executable] + arguments,
      environment: environment.merging(["PATH": "/usr/local/bin:/usr/bin:/bin"]) { own, _ in own })
    let life = SharedLife()
    self.life = life
    let started = try await ProcessSpawner.shared.start(command)
    let pid = started.pid
    self.pid = pid
    Thread.detachNewThread { Self.wait(for: pid, life) }
    // A thread that blocks: Foundation's readabilityHandler has crashed in libdispatch now and then.
    let output = FileHandle(fileDescriptor: started.output, closeOnDealloc: true)
    Thread.detachNewThread { [weak self] in
      while true {
        // Waits until there is something; nothing means the end.
        let data = output.availableData
        self?.take(String(decoding: data, as: UTF8.self), isLast: data.isEmpty)
        if data.isEmpty { return }
      }
    }
  }

  private static func wait(for pid: pid_t, _ life: SharedLife) {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    let signal = status & 0x7F
    let waiters = life.state.withLock { life in
      life.status = signal == 0 ? (status >> 8) & 0xFF : signal
      defer { life.waiters = [] }
      return life.waiters
    }
    for waiter in waiters { waiter.resume() }
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

  /// The port that a process says that it listens on, behind these words of a line.
  public func port(behind words: String = "listening on") async throws -> Int {
    try await waitForOutput(words)
    let line = log.split(separator: "\n").first { $0.contains(words) } ?? ""
    guard let port = line.split(separator: ":").last.flatMap({ Int($0.prefix(while: \.isNumber)) }) else {
      throw EndedEarly(name: name, log: log)
    }
    return port
  }

  /// All that it has written, once there is no more to come.
  public func wholeOutput() async -> String {
    // No program writes this, so its end is waited for.
    try? await waitForOutput("\u{0}\u{1}\u{0}")
    return log
  }

  /// The memory that it has in RAM; 0 once it has ended.
  public var residentBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 * 1024 } ?? 0
  }

  public func signal(_ signal: Int32) {
    // Under the lock it has not been waited for, so its id is still its own.
    life.state.withLock { life in
      if life.status == nil { kill(pid, signal) }
    }
  }

  /// Asks it to stop and returns once it has, with all that it wrote in ``log``.
  public func terminate() async {
    signal(SIGTERM)
    await waitUntilExit()
  }

  /// What it wrote last may not be in ``log`` yet.
  public func killNow() async {
    signal(SIGKILL)
    await waitUntilGone()
  }

  /// Returns once it has ended, with all that it wrote in ``log``.
  public func waitUntilExit() async {
    await waitUntilGone()
    _ = await wholeOutput()
  }

  private func waitUntilGone() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let hasEnded = life.state.withLock { life in
        if life.status == nil { life.waiters.append(continuation) }
        return life.status != nil
      }
      if hasEnded { continuation.resume() }
    }
  }

  deinit { signal(SIGKILL) }

  public struct EndedEarly: Error, CustomStringConvertible {
    let name: String
    let log: String
    public var description: String { "\(name) ended early: \(log)" }
  }
}
