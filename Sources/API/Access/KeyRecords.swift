import Shared

/// Where the records stand by which keys are judged.
protocol KeyRecords: Sendable {
  /// The tenant and the key's id that a digest (hexadecimal) stands for; nil for one that nobody was given.
  func owner(of digest: String) async throws(QueueError) -> (tenant: String, key: String)?

  /// The records by which a request is judged; an empty name asks for none. What is not there has no record.
  func records(tenant: String, key: String) async throws(QueueError) -> (
    tenant: AccessRecord, key: AccessRecord
  )

  /// The epochs of many records in one step, and the time by Redis' clock (Unix milliseconds).
  func epochs(of records: [AccessName]) async throws(QueueError) -> (now: Int64, epochs: [Int])
}

extension AccessStore: KeyRecords {}
