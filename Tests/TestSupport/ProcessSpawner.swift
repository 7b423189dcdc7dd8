import Foundation
import Synchronization

/// Starts processes on a thread that lives as long as this process.
///
/// The kernel's parent-death signal, which ends children when the tests are killed, looks at the thread that
/// started them: on a pooled thread they would die as soon as the pool gives the thread up.
final class ProcessSpawner: Sendable {
  static let shared = ProcessSpawner()

  /// What is to be started.
  struct Command: Sendable {
    let executable: String
    let arguments: [String]
    let environment: [String: String]
  }

  /// A process that runs.
  struct Started: Sendable {
    let pid: pid_t
    /// Where its output and its errors can be read, to be closed by the reader.
    let output: Int32
  }

  struct Failure: Error, CustomStringConvertible {
    let executable: String
    let code: Int32
    var description: String { "\(executable) could not be started: \(String(cString: strerror(code)))" }
  }

  private struct Request: Sendable {
    let command: Command
    let isDone: CheckedContinuation<Started, any Error>
  }

  private let requests = Mutex<[Request]>([])
  private let hasWork = DispatchSemaphore(value: 0)

  private init() {
    Thread.detachNewThread { [self] in
      while true {
        hasWork.wait()
        guard let request = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { continue }
        request.isDone.resume(with: Result { try Self.spawn(request.command) })
      }
    }
  }

  /// Whoever starts a process must wait for it (`waitpid`).
  func start(_ command: Command) async throws -> Started {
    try await withCheckedThrowingContinuation { continuation in
      requests.withLock { $0.append(Request(command: command, isDone: continuation)) }
      hasWork.signal()
    }
  }

  /// Not Foundation's `Process`, whose `waitUntilExit()` has been seen to wait for ever for a process that had
  /// ended.
  private static func spawn(_ command: Command) throws -> Started {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure(executable: command.executable, code: errno) }
    defer { close(ends[1]) }
    keepFilesFromChildren()
    do {
      return Started(pid: try spawn(command, output: ends[1]), output: ends[0])
    } catch {
      close(ends[0])
      throw error
    }
  }

  /// A child that held this pipe, or the connection of a test that runs meanwhile, would keep it open when the test
  /// is done with it.
  private static func keepFilesFromChildren() {
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for file in open.compactMap({ Int32($0) }) where file > 2 { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
  }

  private static func spawn(_ command: Command, output: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A test's own thread may block signals, which a child would inherit.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let arguments = CStrings([command.executable] + command.arguments)
    let environment = CStrings(command.environment.map { "\($0.key)=\($0.value)" })
    var pid = pid_t()
    let code = posix_spawn(
      &pid, command.executable, &actions, &attributes, arguments.pointers, environment.pointers)
    guard code == 0 else { throw Failure(executable: command.executable, code: code) }
    return pid
  }
}

/// Texts as C wants them, for as long as this lives.
private final class CStrings {
  var pointers: [UnsafeMutablePointer<CChar>?]

  init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

  deinit { for pointer in pointers { free(pointer) } }
}
