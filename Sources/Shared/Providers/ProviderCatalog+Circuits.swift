extension ProviderCatalog {
  /// Of each target that is named here, whether its circuit is open, for ``Metrics/circuitOpen``. `open` are the subjects of
  /// circuits that are. A provider with several keys is as good as the best of them.
  public func openCircuits(among open: Set<Target>) -> [(labels: [String], number: MetricNumber)] {
    TargetNames.targets(of: self).map { target in
      let keys = provider(named: target.provider)?.keys ?? []
      let isOpen =
        keys.isEmpty ? open.contains(target) : keys.allSatisfy { open.contains($0.subject(of: target)) }
      return (labels: [target.provider, target.model], number: .integer(isOpen ? 1 : 0))
    }
  }
}
