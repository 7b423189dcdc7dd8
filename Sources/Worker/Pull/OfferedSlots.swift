import Shared

/// How many slots a worker has offered for jobs that are handed to it, as far as it knows.
///
/// A slot counts as offered before the step is sent that offers it: a job can be handed over before that step's answer
/// is here.
struct OfferedSlots {
  /// Nil while the worker does not listen.
  private(set) var offer: SlotOffer?
  private(set) var count = 0

  mutating func open(_ offer: SlotOffer) {
    self.offer = offer
    count = 0
  }

  /// The worker listens no more: what was offered is its own again.
  mutating func close() {
    offer = nil
    count = 0
  }

  /// Nothing that was offered is in Redis' hands or on its way any more.
  mutating func clear() { count = 0 }

  mutating func add(_ slots: Int) {
    if offer != nil { count += slots }
  }

  /// Slots are offered no more: those of an offer that is over are not counted any longer.
  mutating func remove(_ slots: Int, of offer: SlotOffer?) {
    if offer == self.offer { count = max(0, count - slots) }
  }
}
