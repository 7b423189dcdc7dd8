import Shared

extension AccessRecord {
  /// The record's tenant; nil where there is none. Throws where it is damaged.
  func tenant() throws(QueueError) -> Tenant? {
    guard let json else { return nil }
    do { return try Tenant(stored: JSONParser.parse(json)) } catch {
      throw .unexpectedReply(step: "access")
    }
  }

  /// The tenant that a key asks for, which for one of all tenants means nothing.
  func tenant(of key: APIKey) throws(QueueError) -> Tenant? {
    if key.tenant == .all { return Tenant(id: .default) }
    return try tenant() ?? (key.tenant == .one(.default) ? Tenant(id: .default) : nil)
  }

  /// The record's key; nil where there is none. Throws where it is damaged.
  func key() throws(QueueError) -> APIKey? {
    guard let json else { return nil }
    do { return try APIKey(stored: JSONParser.parse(json)) } catch {
      throw .unexpectedReply(step: "access")
    }
  }
}
