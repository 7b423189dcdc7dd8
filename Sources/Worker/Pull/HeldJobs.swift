import Shared
import Synchronization

/// The jobs that a worker holds: how many more it may take, whose leases it must renew, and how to stop one.
///
/// Each of its slots is held by a job, offered for jobs that are handed to it, or idle.
final class HeldJobs: Sendable {
  typealias Cancel = @Sendable () -> Void

  /// What a claim may fill.
  struct Room: Sendable, Equatable {
    /// Slots that no job holds and that were not offered before.
    let idle: Int
    /// The offer in which the claim leaves what it does not fill.
    let offer: SlotOffer?
    let offered: Int
  }

  private struct State {
    let capacity: Int
    var cancels: [Lease: Cancel] = [:]
    var offered = OfferedSlots()
    var isStopping = false
    var isClosed = false
    /// The pull loop, while it waits for a free slot.
    var puller: CheckedContinuation<Void, Never>?
    /// The draining service, while it waits for the last job.
    var drainer: CheckedContinuation<Void, Never>?

    var idle: Int { max(0, capacity - cancels.count - offered.count) }
    var hasRoom: Bool { idle + offered.count > 0 }
    /// Whether no job is held, nor on its way.
    var isEmpty: Bool { cancels.isEmpty && offered.count == 0 }

    /// Those who need not wait any longer.
    mutating func takeWoken() -> [CheckedContinuation<Void, Never>] {
      var woken: [CheckedContinuation<Void, Never>] = []
      if isStopping || hasRoom, let puller { woken.append(puller) }
      if isStopping || hasRoom { puller = nil }
      if isEmpty, let drainer { woken.append(drainer) }
      if isEmpty { drainer = nil }
      return woken
    }
  }

  private let state: Mutex<State>

  init(capacity: Int) { state = Mutex(State(capacity: capacity)) }

  var leases: [Lease] { state.withLock { Array($0.cancels.keys) } }
  var isStopping: Bool { state.withLock { $0.isStopping } }
  var offer: SlotOffer? { state.withLock { $0.offered.offer } }

  private func change(_ body: (inout State) -> Void) {
    let woken = state.withLock { state in
      body(&state)
      return state.takeWoken()
    }
    for waiter in woken { waiter.resume() }
  }

  // MARK: - Jobs

  /// Holds a job and begins with it; `begin` returns how to stop it. A job that was handed over takes an offered
  /// slot. What comes after ``close()`` is left alone.
  func hold(_ lease: Lease, isHanded: Bool = false, begin: () -> Cancel) {
    change { state in
      guard !state.isClosed else { return }
      if isHanded { state.offered.remove(1, of: state.offered.offer) }
      state.cancels[lease] = begin()
    }
  }

  func drop(_ lease: Lease) {
    change { $0.cancels[lease] = nil }
  }

  /// Stops work on jobs whose leases are lost.
  func cancel(_ leases: some Sequence<Lease>) {
    let cancels = state.withLock { state in leases.compactMap { state.cancels[$0] } }
    for cancel in cancels { cancel() }
  }

  /// Stops work on a job that its tenant has cancelled.
  func cancel(_ id: JobID) { cancel(leases.filter { $0.id == id }) }

  // MARK: - Room

  /// Returns once a slot is idle or offered: true, or false once the worker is stopping. Only the pull loop asks.
  func waitForRoom() async -> Bool {
    await withCheckedContinuation { continuation in
      change { $0.puller = continuation }
    }
    return !isStopping
  }

  /// Counts idle slots as offered, because the claim that follows offers what it does not fill. ``settle(_:taken:)``
  /// must follow.
  func offerIdle() -> Room {
    state.withLock { state in
      let room = Room(idle: state.idle, offer: state.offered.offer, offered: state.offered.count)
      state.offered.add(room.idle)
      return room
    }
  }

  /// What became of a claim that was to fill `room`: so many jobs were taken, and nil when it is not known.
  func settle(_ room: Room, taken: Int?) {
    change { $0.offered.remove(taken ?? room.idle, of: room.offer) }
  }

  // MARK: - Offers

  func open(_ offer: SlotOffer) { change { $0.offered.open(offer) } }

  /// The worker does not hear of jobs any more.
  func closeOffer() { change { $0.offered.close() } }

  /// All jobs that were handed over are here.
  func endOffer() { change { $0.offered.clear() } }

  /// Counts a job's slot as offered while `step` records its end, which may offer it: the offer is for that. What
  /// `step` did not offer is idle again.
  func offeringSlot(
    while step: (SlotOffer?) async throws -> Settlement?
  ) async throws -> Settlement? {
    let offer: SlotOffer? = state.withLock { state in
      guard !state.isStopping else { return nil }
      state.offered.add(1)
      return state.offered.offer
    }
    var settlement: Settlement?
    defer {
      if let offer, settlement != .recordedAndOffered { change { $0.offered.remove(1, of: offer) } }
    }
    settlement = try await step(offer)
    return settlement
  }

  // MARK: - The end

  /// Nothing more is claimed or offered from now on.
  func stop() { change { $0.isStopping = true } }

  /// Returns when no job is held any more, and none is on its way. Only the draining service asks.
  func waitUntilEmpty() async {
    await withCheckedContinuation { continuation in
      change { $0.drainer = continuation }
    }
  }

  /// Nothing more is held from now on.
  func close() {
    change { state in
      state.isClosed = true
      state.offered.close()
    }
  }
}
