extension JobQueue {
  /// A channel for one subscription of one worker, on which it is told of jobs that are handed to it.
  public func makeHandOverChannel() -> String { makeChannel("handed") }

  /// The offer of a worker that listens to `channel`, which no offer was for before. Claims make it.
  public func offer(of worker: String, on channel: String) -> SlotOffer {
    SlotOffer(worker: worker, channel: channel, tenantRunning: bounds.tenantRunning)
  }

  /// Takes an offer back. Returns whether the worker is told ``HandOver/end`` on its channel, after the last job.
  public func withdraw(_ offer: SlotOffer) async throws(QueueError) -> Bool {
    var command = step("withdraw")
    command.append(offer.rawValue)
    return try await perform(command).integer == 1
  }

  /// Gives back to the queue what was handed over by an offer that the worker hears no more of, but for the jobs that
  /// it holds. Returns how many.
  @discardableResult
  public func recall(_ offer: SlotOffer, holding held: [JobID]) async throws(QueueError) -> Int {
    var command = quietStep("recall")
    command.append(retention.jobs.wholeMilliseconds)
    command.append(offer.rawValue)
    for id in held { command.append(id.rawValue) }
    guard let recalled = try await perform(command).integer else { throw .unexpectedReply(step: "recall") }
    return Int(recalled)
  }
}
