import Shared
import Synchronization

/// The cascade over the catalog that is in force. A cascade never changes, so a job that has one keeps to its
/// catalog; a reload makes another, with endpoints of its own.
final class CascadeSource: Sendable {
  private let catalogs: CatalogSource
  private let make: @Sendable (ProviderCatalog) -> Cascade
  private let latest: Mutex<(generation: Int, cascade: Cascade)>

  init(_ catalogs: CatalogSource, make: @escaping @Sendable (ProviderCatalog) -> Cascade) {
    self.catalogs = catalogs
    self.make = make
    let catalog = catalogs.current
    latest = Mutex((catalog.generation, make(catalog)))
  }

  var current: Cascade {
    let generation = catalogs.generation
    return latest.withLock { latest in
      if latest.generation < generation {
        let catalog = catalogs.current
        latest = (catalog.generation, make(catalog))
      }
      return latest.cascade
    }
  }
}
