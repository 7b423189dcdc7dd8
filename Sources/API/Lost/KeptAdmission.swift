import Shared

/// What a waiting caller has asked, kept in case that a failover loses its job. It takes its place on the shelf until
/// nobody needs it.
final class KeptAdmission: Sendable {
  let admission: Admission
  private let shelf: AdmissionShelf

  fileprivate init(_ admission: Admission, on shelf: AdmissionShelf) {
    self.admission = admission
    self.shelf = shelf
  }

  deinit { shelf.give(back: admission.size) }
}

extension AdmissionShelf {
  /// Keeps what will be needed to take a job in anew; nil where there is no room for it.
  func keep(_ admission: Admission) -> KeptAdmission? {
    guard take(admission.size) else { return nil }
    return KeptAdmission(admission, on: self)
  }
}
