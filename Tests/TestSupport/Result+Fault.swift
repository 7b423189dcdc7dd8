public import Shared

extension Result where Failure == ProviderFault {
  /// Without what it says of retries and circuits, and the names in its error, which have tests of their own.
  public var fault: ProviderFault? {
    guard case .failure(let fault) = self else { return nil }
    let isRefusedByFilter = fault.kind == .contentFiltered && fault.error != nil
    return ProviderFault(
      fault.kind, fault.reason,
      error: fault.message.map { ProviderError(message: $0) } ?? (isRefusedByFilter ? ProviderError() : nil))
  }
}
