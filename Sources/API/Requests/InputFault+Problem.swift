import Shared

extension InputFault {
  /// Where it is, from the outside in.
  fileprivate var location: [LocationPart] {
    path.map { step in
      switch step {
      case .name(let name): .clientName(name)
      case .index(let index): .index(index)
      }
    }
  }

  fileprivate var validation: ValidationFault { sentence.map(ValidationFault.refused) ?? .missing }
}

extension ValidationErrors {
  mutating func add(_ fault: InputFault) { add(fault.validation, at: fault.location) }
}

extension Problem {
  /// What a dialect's reader found wrong with a body.
  init(_ fault: InputFault) {
    self = .validation(ValidationErrors(ValidationIssue(fault.validation, at: ["body"] + fault.location)))
  }
}
