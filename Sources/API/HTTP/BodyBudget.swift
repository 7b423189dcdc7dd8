import Synchronization

/// What one process holds of request bodies, all together (`MAX_HELD_BYTES`), and how much of that it works on at once.
final class BodyBudget: Sendable {
  /// Bodies up to this size, in bytes, are not counted: thousands of them weigh less than one large one, and most requests
  /// have such a body.
  static let freeBytes = 64 * 1024

  /// How many bytes of bodies are worked on at once. A body that is parsed, encoded and on its way to Redis takes
  /// several times its size; one that waits for that takes its size only. A larger body has its turn alone.
  static let workBytes = 64 * 1024 * 1024

  private struct State {
    var held = 0
    var working = 0
    var waiting: [(bytes: Int, turn: CheckedContinuation<Void, Never>)] = []

    func canWork(on bytes: Int) -> Bool { working == 0 || working + bytes <= workBytes }
  }

  /// How many bytes may be held at once.
  let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// What is held now, in bytes.
  var heldBytes: Int { state.withLock(\.held) }

  /// How many bodies wait for their turn.
  var waiting: Int { state.withLock(\.waiting.count) }

  /// Whether there is room for so many more bytes now. A body that comes slowly takes it only as it comes.
  func hasRoom(for bytes: Int) -> Bool { state.withLock { $0.held + bytes <= limit } }

  /// Counts more bytes; false when there is no room for them, and then nothing was counted.
  func take(_ bytes: Int) -> Bool {
    state.withLock { state in
      guard state.held + bytes <= limit else { return false }
      state.held += bytes
      return true
    }
  }

  /// Waits until so many bytes may be worked on, in the order of asking.
  ///
  /// It does not end with its task: those before it take a step of the queue each, which has a time-out.
  func beginWork(on bytes: Int) async {
    await withCheckedContinuation { turn in
      let isNow = state.withLock { state in
        guard state.waiting.isEmpty, state.canWork(on: bytes) else {
          state.waiting.append((bytes, turn))
          return false
        }
        state.working += bytes
        return true
      }
      if isNow { turn.resume() }
    }
  }

  /// Gives back what ``take(_:)`` and ``beginWork(on:)`` have given.
  func give(back bytes: Int, ofWork workBytes: Int) {
    let next = state.withLock { state in
      state.held -= bytes
      state.working -= workBytes
      var count = 0
      while count < state.waiting.count, state.canWork(on: state.waiting[count].bytes) {
        state.working += state.waiting[count].bytes
        count += 1
      }
      defer { state.waiting.removeFirst(count) }
      return state.waiting.prefix(count).map(\.turn)
    }
    for turn in next { turn.resume() }
  }
}
