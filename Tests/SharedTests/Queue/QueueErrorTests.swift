import TestSupport
import Testing

@testable import Shared

@Suite("Why a step of the queue did not happen")
struct QueueErrorTests {
  @Test("what is told to operators goes on in sentences, also where Redis' own words end with a full stop")
  func fullStop() {
    let reason = "it answered HELLO with: ERR something is wrong."
    let error = QueueError.redis(.unavailable(server: "redis://test", reason: reason))
    #expect(error.reason == "Redis cannot be reached: it answered HELLO with: ERR something is wrong")
  }

  @Test("a command may have happened once it was sent, and not while there was no connection")
  func mayHaveHappened() {
    let sent: [RedisError] = [
      .timedOut(server: "r", command: "FCALL", after: .seconds(2)),
      .connectionLost(server: "r", command: "FCALL"),
      .protocolViolation(server: "r", command: "FCALL", reason: "no RESP"),
    ]
    for error in sent { #expect(QueueError(error).mayHaveHappened) }
    let unsent: [RedisError] = [
      .suspect(server: "r"), .unavailable(server: "r", reason: "there was no connection within 2000 ms"),
      .refused(server: "r", .noPassword), .replied(server: "r", command: "FCALL", message: "READONLY no"),
    ]
    for error in unsent { #expect(!QueueError(error).mayHaveHappened) }
  }

  @Test("protected mode has a class of its own, whether a connection or a command is refused for it")
  func protectedMode() {
    #expect(RedisRefusal.protectedMode.reason == .protectedMode)
    #expect(RedisErrorReason.protectedMode.sentence.contains("protected mode"))
    #expect(!RedisErrorReason.protectedMode.isPassing)
  }
}
