import Shared

/// What is used of each limit and budget of a demand, in the order of its lists.
struct DemandUse: Sendable, Hashable {
  /// Of one limit or budget: requests, tokens, jobs, bytes or nano-dollars.
  struct Amount: Sendable, Hashable {
    var used: Int64
    /// Of that which is not used yet, but held by jobs that have not ended.
    var reserved: Int64
    /// When nothing is used any more (Unix milliseconds); nil where no time brings that.
    var resetsAt: Int64?

    init(used: Int64 = 0, reserved: Int64 = 0, resetsAt: Int64? = nil) {
      self.used = used
      self.reserved = reserved
      self.resetsAt = resetsAt
    }
  }

  var rates: [Amount]
  var queued: [Amount]
  var running: [Amount]
  var budgets: [Amount]
}
