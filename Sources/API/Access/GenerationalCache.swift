/// Values by key, bounded: what was not used for longest goes first, about.
///
/// Two generations stand in for the exact order of use. The young one takes what is used; when it is full it becomes the
/// old one, and what nobody asked for since is dropped with the old one before. Each use costs a look-up or two.
struct GenerationalCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let generationSize: Int
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]

  /// Holds at most so many, and half as many of those used last at least.
  init(capacity: Int) { generationSize = max(1, capacity / 2) }

  var count: Int { young.count + old.count }

  subscript(key: Key) -> Value? {
    mutating get {
      if let value = young[key] { return value }
      guard let value = old.removeValue(forKey: key) else { return nil }
      insert(value, for: key)
      return value
    }
    set {
      old[key] = nil
      guard let newValue else {
        young[key] = nil
        return
      }
      insert(newValue, for: key)
    }
  }

  private mutating func insert(_ value: Value, for key: Key) {
    if young[key] == nil, young.count >= generationSize {
      old = young
      young = [:]
    }
    young[key] = value
  }
}
