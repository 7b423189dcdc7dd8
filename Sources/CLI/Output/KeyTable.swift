import Shared

/// Keys for people.
enum KeyTable {
  static func text(_ keys: [JSONValue], now: Int64 = Timestamp.now) -> String {
    var table = Table("id", "tenant", "name", "key", "state", "scopes", "expires", "last used")
    for key in keys {
      table.add([
        CellText.text(key["id"]), CellText.text(key["tenant"]), CellText.text(key["name"]),
        CellText.text(key["hint"]),
        state(of: key, now: now), CellText.text(key["scopes"]), CellText.time(key["expires_at"]),
        CellText.time(key["last_used_at"]),
      ])
    }
    return table.text
  }

  private static func state(of key: JSONValue, now: Int64) -> String {
    if key["enabled"] == false { return "disabled" }
    guard let end = key["expires_at"]?.string.flatMap(InternetTime.parse) else { return "good" }
    return end * 1000 <= now ? "expired" : "good"
  }
}
