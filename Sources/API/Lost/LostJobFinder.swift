import Shared

/// Finds accepted jobs that are gone, and takes those in anew whose callers wait, under their ids.
struct LostJobFinder: Sendable {
  let queue: JobQueue
  let board: ReplyBoard
  let lost: LostJobs

  /// Takes in that Redis did not have some jobs when it was asked at `time`. A job that was admitted since is none of them.
  func missed(in look: JobLook, at time: ContinuousClock.Instant) async {
    var (gone, again): ([JobID], [Admission]) = ([], [])
    for id in look.absent {
      let expectations = board.expectations(of: id)
      let places = expectations.compactMap { $0.place(before: time) }
      guard let place = places.first(where: \.isOwn) ?? places.first else { continue }
      if look.mayHaveGivenWay(created: place.created) {
        // Not to be called a second time.
        for expectation in expectations { expectation.miss(.gone) }
      } else if let kept = place.kept {
        again.append(kept.admission)
      } else {
        // Who has accepted it counts it, and nobody else does.
        if place.isOwn { gone.append(id) }
        for expectation in expectations { expectation.miss(.lost) }
      }
    }
    lost.noteLost(gone)
    for batch in again.inBatches { await readmit(batch) }
  }

  private func readmit(_ admissions: [Admission]) async {
    // Without Redis, or while it has no room, the next look tries again.
    guard let outcomes = try? await queue.readmit(admissions) else { return }
    var (taken, gone): ([JobID], [JobID]) = ([], [])
    for (admission, outcome) in zip(admissions, outcomes) {
      switch outcome {
      case .admitted, .putOff, .unacknowledged: taken.append(admission.id)
      case .cached(_, let result, _, _):
        taken.append(admission.id)
        board.deliver(JobEnd(id: admission.id, state: .succeeded, body: result))
      // It is there after all.
      case .replayed(admission.id): break
      // Its client has sent it again in the meantime, or others have spent what it would cost.
      case .replayed, .keyReused, .overBudget:
        gone.append(admission.id)
        for expectation in board.expectations(of: admission.id) { expectation.miss(.lost) }
      case .limited, .full, .stale, .conversation: break
      }
    }
    lost.noteReadmitted(taken)
    lost.noteLost(gone)
  }

  /// Looks which of the jobs are gone that were accepted a moment ago: after a failover. Returns whether it could be seen.
  func lookForAccepted(atOnce most: Int) async -> Bool {
    for some in lost.suspects.chunks(of: most) {
      guard let look = try? await queue.ended(among: some.map(\.id)) else { return false }
      let absent = Set(look.absent)
      lost.noteLost(
        some.filter { absent.contains($0.id) && !look.mayHaveGivenWay(created: $0.created) }.map(\.id))
    }
    return true
  }
}

extension [Admission] {
  /// Parts of it, each for one step.
  fileprivate var inBatches: [[Admission]] {
    var start = 0
    return batchSizes.map { size in
      defer { start += size }
      return Array(self[start..<start + size])
    }
  }
}
