/// What a turn of looking after memory came to.
public enum Tidying: Sendable, Hashable {
  /// All that is finished is within its bounds.
  case done
  /// More is to be forgotten at once.
  case more
  /// Another process does it.
  case elsewhere
}

extension JobQueue {
  /// How many things one step drops at most, so that it stays short: a millisecond or two.
  private static let thingsAtOnce = 256
  /// How many steps make room at most before a refused step is tried again.
  private static let stepsAtOnce = 64
  /// How often a step is tried that Redis has no memory for, while others take the room that was made.
  private static let triesForRoom = 8
  /// How long whoever looks after memory has the duty without a sign of his.
  private static let dutyDuration = Duration.seconds(3)
  /// How much is dropped where Redis does not tell how full it is.
  private static let blindBytes = 4_194_304

  /// Takes a step that Redis refuses when it is full: then finished work gives way, and it is taken again.
  ///
  /// Throws ``QueueError/outOfMemory(_:)`` with what fills Redis when nothing is left that may give way.
  func performWithRoom(_ command: RedisCommand) async throws(QueueError) -> RESPValue {
    try await withRoom { () throws(QueueError) in try await perform(command) }
  }

  /// The same for any step.
  func withRoom<Value>(_ step: () async throws(QueueError) -> Value) async throws(QueueError) -> Value {
    for attempt in 1...Self.triesForRoom {
      do throws(QueueError) { return try await step() } catch {
        guard case .outOfMemory = error else { throw error }
      }
      let who = String(UInt64.random(in: .min ... .max), radix: 16)
      // Once it was refused again, what Redis says of itself is not all that counts.
      let least = attempt > 2 ? Self.blindBytes : 0
      let bytes = max(await memory()?.excess ?? Self.blindBytes, least)
      let pause = Duration.milliseconds(min(5 << attempt, 200))
      let hasRoom: Bool
      do throws(QueueError) {
        hasRoom = try await makeRoom(bytes, who: who, afterRefusal: true, pause: pause)
      } catch {
        // Whatever may have happened here, the step was refused.
        throw .outOfMemory(nil)
      }
      guard hasRoom else { break }
    }
    // Another may have made the last room that there was, while this one found nothing more to drop.
    do throws(QueueError) { return try await step() } catch {
      guard case .outOfMemory = error else { throw error }
    }
    throw .outOfMemory(try? await statistics().memory)
  }

  /// Lets so many bytes of finished work give way, about. Returns whether there is room now, made by this or by another.
  /// While another does, it waits for `pause`.
  func makeRoom(
    _ bytes: Int, who: String, afterRefusal: Bool = false, pause: Duration = .zero
  ) async throws(QueueError) -> Bool {
    guard bytes > 0 else { return true }
    var freed = 0
    for _ in 0..<Self.stepsAtOnce where freed < bytes {
      guard
        let more = try await dropSome(
          bytes - freed, who: who, isLast: false, afterRefusal: afterRefusal)
      else {
        try? await Task.sleep(for: pause)
        return true
      }
      freed += more.bytes
      if more.things == 0 { break }
    }
    _ = try await dropSome(0, who: who, isLast: true, afterRefusal: false)
    return freed > 0
  }

  /// One step of it; nil while another makes room.
  private func dropSome(
    _ bytes: Int, who: String, isLast: Bool, afterRefusal: Bool
  ) async throws(QueueError) -> (bytes: Int, things: Int)? {
    var command = step("make_room")
    command.append(bytes)
    command.append(Self.thingsAtOnce)
    command.append(who)
    command.append(isLast ? "1" : "0")
    command.append(afterRefusal ? "1" : "0")
    let reply = try await perform(command).array?.compactMap(\.integer) ?? []
    if reply.first == -1 { return nil }
    guard reply.count == 2 else { throw .unexpectedReply(step: "make_room") }
    return (Int(reply[0]), Int(reply[1]))
  }

  /// Forgets finished work whose time has come, and keeps the rest within its bounds: one step of it. `memory` is what
  /// Redis said last.
  func tidy(_ memory: RedisMemory?, who: String) async throws(QueueError) -> Tidying {
    let bounds = memory ?? RedisMemory(used: 0, limit: 0)
    var command = step("tidy")
    command.append(who)
    command.append(Self.dutyDuration.wholeMilliseconds)
    command.append(retention.finishedBytes ?? bounds.finishedBytes)
    command.append(retention.usageBytes ?? bounds.usageBytes)
    command.append(memory.map { String($0.used) } ?? "")
    command.append(memory.map { String($0.limit) } ?? "")
    command.append(Self.thingsAtOnce)
    command.append(retention.usage.wholeMilliseconds)
    switch try await perform(command).integer {
    case 0: return .done
    case 1: return .more
    case -1: return .elsewhere
    default: throw .unexpectedReply(step: "tidy")
    }
  }

  /// Tells of callers who waited: those who have their answers by another way than the message of the end, and those who
  /// left without.
  public func tell(received: [JobID], missed: [JobID]) async throws(QueueError) {
    guard !received.isEmpty || !missed.isEmpty else { return }
    var command = step("told")
    command.append(retention.jobs.wholeMilliseconds)
    for (ids, word) in [(received, "1"), (missed, "0")] {
      for id in ids {
        command.append(id.rawValue)
        command.append(word)
      }
    }
    _ = try await perform(command)
  }
}
