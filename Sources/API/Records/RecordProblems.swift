import Shared

extension Problem {
  /// All that is wrong with a record that was sent.
  init(_ faults: RecordFaults) { self = .validation(ValidationErrors(faults)) }
}

extension ValidationErrors {
  init(_ faults: RecordFaults) {
    self.init()
    for fault in faults.list {
      add(.said(type: fault.kind.rawValue, fault.sentence), at: ["body"] + fault.place.map(LocationPart.init))
    }
  }
}

extension LocationPart {
  fileprivate init(_ place: RecordFault.Place) {
    switch place {
    case .name(let name): self = .name(name)
    case .index(let index): self = .index(index)
    }
  }
}
