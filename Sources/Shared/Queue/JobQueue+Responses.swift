/// What has become of the wish that a kept response goes.
public enum Forgetting: Sendable, Hashable {
  case gone
  case absent
  /// It has not ended, and is as it was.
  case open
}

extension JobQueue {
  /// How many responses one step reads, or drops, at most.
  private static let responsesAtOnce = 64
  /// The bytes after which a page of a chain ends. One response may have more.
  private static let chainBytesAtOnce = 4 << 20

  /// A kept response; nil when the tenant has none of that id.
  public func response(_ id: JobID, tenant: String) async throws(QueueError) -> KeptResponse? {
    var command = step("response")
    command.append(id.rawValue)
    command.append(tenant)
    let reply = try await perform(command)
    if reply.array?.isEmpty == true { return nil }
    guard let response = KeptResponse(reply) else { throw .unexpectedReply(step: "response") }
    return await mayTell(response.job.isUntold) ? response : response.withoutEnd
  }

  /// A kept response and those from which it goes on, a page after the other, so that no step is long. It is cut after the page
  /// with which they have more than `bytes` in all.
  public func chain(
    from id: JobID, tenant: String, within bytes: Int
  ) async throws(QueueError) -> ResponseChain {
    var (chain, next, size) = (ResponseChain(), id, 0)
    while true {
      var command = step("response_chain")
      command.append(next.rawValue)
      command.append(tenant)
      command.append(Self.responsesAtOnce)
      command.append(Self.chainBytesAtOnce)
      guard let page = try await perform(command).array, page.count >= 2 else {
        throw .unexpectedReply(step: "response_chain")
      }
      for element in page.dropFirst(2) {
        guard let response = KeptResponse(element) else { throw .unexpectedReply(step: "response_chain") }
        size += response.size
        chain.responses.append(await mayTell(response.job.isUntold) ? response : response.withoutEnd)
      }
      chain.isBroken = page[1].string == "1"
      // Also of the page that is the last.
      chain.isCut = size > bytes
      guard !chain.isBroken, !chain.isCut, let more = page[0].string.flatMap(JobID.init(rawValue:)) else {
        return chain
      }
      next = more
    }
  }

  /// A kept response that has ended goes, with all that belongs to it.
  public func forgetResponse(_ id: JobID, tenant: String) async throws(QueueError) -> Forgetting {
    var command = step("response_forget")
    command.append(id.rawValue)
    command.append(tenant)
    command.append(retention.jobs.wholeMilliseconds)
    switch try await perform(command).array?.first?.string {
    case "gone": return .gone
    case "absent": return .absent
    case "open": return .open
    default: throw .unexpectedReply(step: "response_forget")
    }
  }

  /// Keeps kept responses within their bound. `memory` is what Redis said last.
  func tidyResponses(_ memory: RedisMemory?, steps: Int) async throws(QueueError) {
    let bounds = memory ?? RedisMemory(used: 0, limit: 0)
    for _ in 0..<steps {
      var command = step("tidy_responses")
      command.append(retention.responseBytes ?? bounds.responseBytes)
      command.append(Self.responsesAtOnce)
      guard let dropped = try await perform(command).integer else {
        throw .unexpectedReply(step: "tidy_responses")
      }
      if dropped < Self.responsesAtOnce { return }
    }
  }
}
