import NIOCore

/// An entry of the audit log: JSON that holds the digest of the entry before, and its own digest.
public struct AuditEntry: Sendable, Hashable {
  public let json: ByteBuffer
  public let digest: String

  public init(json: ByteBuffer, digest: String) {
    self.json = json
    self.digest = digest
  }
}
