public import Logging
import Synchronization

/// The secrets that an operator mounted for tenants which bring keys of their own, each a file of the folder that
/// `TENANT_SECRETS` names. They are read when they are first asked for, and again when they have changed.
public final class TenantSecrets: Sendable {
  private struct Held {
    var secret: Secret?
    /// As the file was when it was read; nil when there was none.
    var read: FileStamp?
    /// A change that was seen and may still be going on.
    var seen: FileStamp??
    var lookedAt: ContinuousClock.Instant
  }

  /// How often a file is looked at. A change is taken over once the file has stayed as it is for so long, by its own time or from one
  /// look to the next; what is gone is good no more at once.
  public static let interval = Duration.seconds(1)
  /// Administrators choose the names, so what is remembered is bounded.
  private static let capacity = 4096

  private let folder: SecretFolder
  private let logger: Logger
  private let held = Mutex<[String: Held]>([:])

  public init(_ folder: SecretFolder, logger: Logger) {
    self.folder = folder
    self.logger = logger
  }

  /// The secret of a name; nil where there is no such file, or it holds no secret, which is logged once.
  ///
  /// - Parameter time: what the clock says, in Unix milliseconds.
  public func secret(
    named name: String, at now: ContinuousClock.Instant = .now, time: Int64 = Timestamp.now
  ) -> Secret? {
    held.withLock { held in
      guard var file = held[name] else {
        if held.count >= Self.capacity { held = [:] }
        // Its state is taken before it is read: a change in the meantime is then seen later.
        let stamp = stamp(of: name)
        held[name] = Held(secret: read(name), read: stamp, lookedAt: now)
        return held[name]?.secret
      }
      guard now - file.lookedAt >= Self.interval else { return file.secret }
      file.lookedAt = now
      look(at: &file, name, time)
      held[name] = file
      return file.secret
    }
  }

  private func look(at file: inout Held, _ name: String, _ time: Int64) {
    let stamp = stamp(of: name)
    guard stamp != file.read else {
      file.seen = nil
      return
    }
    // Nobody may have looked for long, so the first look takes over what has long been written.
    let isWhole = stamp.map { time - $0.modified >= Self.interval.components.seconds * 1000 } ?? true
    guard isWhole || file.seen == .some(stamp) else {
      file.seen = .some(stamp)
      return
    }
    file.seen = nil
    file.read = stamp
    file.secret = read(name)
    if file.secret != nil {
      logger.info("a tenant's secret was read again", metadata: ["secret": "\(name)"])
    }
  }

  private func stamp(of name: String) -> FileStamp? { folder.file(named: name).flatMap(FileStamp.init(of:)) }

  private func read(_ name: String) -> Secret? {
    let reason: String
    do throws(SecretFile.Fault) {
      guard let path = folder.file(named: name) else { throw .unreadable }
      return try SecretFile.secret(in: path)
    } catch {
      switch error {
      case .unreadable: reason = "there is no file of that name in TENANT_SECRETS that can be read"
      case .empty: reason = "its file is empty"
      case .noSecret: reason = "its file holds other things than visible ASCII characters without spaces"
      }
    }
    logger.error(
      "a tenant's key cannot be used", metadata: ["secret": "\(name.prefix(64))", "reason": "\(reason)"])
    return nil
  }
}

extension SecretFolder {
  /// The folder that `TENANT_SECRETS` names; nil when it names none.
  public init?(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    guard let path = try environment.readIfSet(Variables.tenantSecrets) else { return nil }
    guard let folder = SecretFolder(path) else {
      throw ConfigurationError(
        "TENANT_SECRETS names \"\(ConfigurationError.printable(path))\", which is no folder that can be read; "
          + "allowed is \(Variables.tenantSecrets.allowed)")
    }
    self = folder
  }
}
