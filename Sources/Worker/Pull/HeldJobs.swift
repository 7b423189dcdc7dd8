import Shared
import Synchronization

/// The jobs that a worker holds: how many more it may take, whose leases it must renew, and how to stop one.
final class HeldJobs: Sendable {
  /// Stops work on a job.
  typealias Cancel = @Sendable () -> Void

  /// What a claim is told of the worker.
  struct Room: Sendable, Equatable {
    /// Slots that no job holds; none while too much is held of answers.
    let free: Int
    /// Nil while the worker does not listen.
    let offer: SlotOffer?
    /// How many jobs were handed over by this offer, as far as the worker has heard.
    let heard: Int
  }

  private struct Held {
    let cancel: Cancel
    /// Whether its outcome is on its way to Redis.
    var isSettling = false
  }

  private struct State {
    let capacity: Int
    /// Whether what is held of answers leaves no room for more jobs.
    var isFull = false
    var jobs: [Lease: Held] = [:]
    var offer: SlotOffer?
    var heard = 0
    /// Whether jobs may be on their way.
    var mayHear = false
    var isStopping = false
    var isClosed = false
    /// Whether work is given up on all that is held, to be given back.
    var isGivingBack = false
    var givenUp: Set<Lease> = []
    var purchases: [Lease: Purchase] = [:]
    /// The pull loop, while it waits for a free slot.
    var puller: CheckedContinuation<Void, Never>?
    /// The draining service, while it waits for the last job.
    var drainer: CheckedContinuation<Void, Never>?

    var free: Int { isFull ? 0 : max(0, capacity - jobs.count) }

    /// Those who need not wait any longer.
    mutating func takeWoken() -> [CheckedContinuation<Void, Never>] {
      var woken: [CheckedContinuation<Void, Never>] = []
      if isStopping || free > 0, let waiter = puller {
        woken.append(waiter)
        puller = nil
      }
      if jobs.isEmpty, !mayHear, let waiter = drainer {
        woken.append(waiter)
        drainer = nil
      }
      return woken
    }
  }

  private let state: Mutex<State>
  private let answerLimit: Int
  private let answerBytes = Atomic(0)
  /// Tells each time that what is held of answers leaves no room any more: offers are to be withdrawn. For one reader.
  let overflows: AsyncStream<Void>
  private let overflow: AsyncStream<Void>.Continuation

  /// - Parameters:
  ///   - capacity: how many jobs are held at most.
  ///   - answerLimit: how many bytes of answers may be held before no more jobs are taken.
  init(capacity: Int, answerLimit: Int = .max) {
    state = Mutex(State(capacity: capacity))
    self.answerLimit = answerLimit
    (overflows, overflow) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var leases: [Lease] { state.withLock { Array($0.jobs.keys) } }
  var isStopping: Bool { state.withLock { $0.isStopping } }

  private func change(_ body: (inout State) -> Void) {
    let woken = state.withLock { state in
      body(&state)
      return state.takeWoken()
    }
    for waiter in woken { waiter.resume() }
  }

  // MARK: - Jobs

  /// Holds a job and begins with it; `begin` returns how to stop it. What comes after ``close()`` is left alone.
  func hold(_ lease: Lease, isHanded: Bool = false, begin: () -> Cancel) {
    change { state in
      if isHanded { state.heard += 1 }
      if !state.isClosed { state.jobs[lease] = Held(cancel: begin()) }
    }
  }

  /// The job has ended, or is another's.
  func drop(_ lease: Lease) {
    change { $0.jobs[lease] = nil }
  }

  /// The outcome of a job is sent to Redis from now on; the answer to that says whether the lease was held.
  func settle(_ lease: Lease) {
    state.withLock { $0.jobs[lease]?.isSettling = true }
  }

  /// Which of some leases are still worked under. A renewal cannot tell of others: when it was answered, their jobs
  /// may just have ended.
  func working(under leases: Set<Lease>) -> Set<Lease> {
    state.withLock { state in
      leases.filter { state.jobs[$0]?.isSettling == false }
    }
  }

  /// Stops work on jobs whose leases are lost.
  func cancel(_ leases: some Sequence<Lease>) {
    let jobs = state.withLock { state in leases.compactMap { state.jobs[$0] } }
    for job in jobs { job.cancel() }
  }

  /// Stops work on a job that its tenant has cancelled.
  func cancel(_ id: JobID) { cancel(leases.filter { $0.id == id }) }

  /// Stops work on all jobs, which are to be given back.
  func giveUp() {
    let jobs = state.withLock { state in
      state.isGivingBack = true
      return Array(state.jobs.values)
    }
    for job in jobs { job.cancel() }
  }

  /// Work on a job was given up before it had come to its end. Returns whether it is among those that are given back, and what
  /// was bought for it is told with it.
  @discardableResult
  func abandon(_ lease: Lease, bought: Purchase?) -> Bool {
    state.withLock { state in
      guard state.isGivingBack else { return false }
      state.givenUp.insert(lease)
      if let bought { state.purchases[lease] = bought }
      return true
    }
  }

  /// What is to be given back: jobs that are held, those on which work was given up since ``giveUp()``, and what was bought
  /// for these.
  var remains: (leases: [Lease], purchases: [Lease: Purchase]) {
    state.withLock { (Array($0.givenUp.union($0.jobs.keys)), $0.purchases) }
  }

  // MARK: - Room

  var room: Room { state.withLock { Room(free: $0.free, offer: $0.offer, heard: $0.heard) } }

  /// Returns once a slot is free: true, or false once the worker is stopping. Only the pull loop asks.
  func waitForRoom() async -> Bool {
    await withCheckedContinuation { continuation in
      change { $0.puller = continuation }
    }
    return !isStopping
  }

  // MARK: - Answers

  /// So many bytes more are held of answers, or less where it is negative; ``AnswerBytes`` counts them for a job.
  ///
  /// A job that runs is not held up, or all of them might wait for each other: the bound is on what is begun.
  func addAnswerBytes(_ bytes: Int) {
    let (before, after) = answerBytes.wrappingAdd(bytes, ordering: .sequentiallyConsistent)
    guard (before >= answerLimit) != (after >= answerLimit) else { return }
    change { state in
      // As it is by now: two that cross the bound at once may come here in any order.
      let isFull = answerBytes.load(ordering: .sequentiallyConsistent) >= answerLimit
      if isFull, !state.isFull { overflow.yield() }
      state.isFull = isFull
    }
  }

  // MARK: - Offers

  var offer: SlotOffer? { state.withLock { $0.offer } }

  /// The offer for the slot of a job that ends; nil when no more jobs are wanted.
  var offerForNext: SlotOffer? { state.withLock { $0.isStopping || $0.isFull ? nil : $0.offer } }

  /// The worker listens from now on. One that is stopping offers nothing more, so nothing is on its way to be waited for: it
  /// would be until its drain time-out, and for ever where that is over.
  func open(_ offer: SlotOffer) {
    change { state in
      guard !state.isStopping else { return }
      state.offer = offer
      state.heard = 0
      state.mayHear = true
    }
  }

  /// The worker does not hear of jobs any more.
  func closeOffer() {
    change { state in
      state.offer = nil
      state.mayHear = false
    }
  }

  /// All jobs that were handed over are here. The next claim offers slots again, unless the worker is stopping.
  func endOffer() {
    change { state in
      if state.isStopping { state.mayHear = false }
    }
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
      state.mayHear = false
    }
  }
}
