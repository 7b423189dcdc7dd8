import ArgumentParser
import Shared

/// What a key may be told, as `keys create` and `keys update` take it.
struct KeyOptions: ParsableArguments {
  @OptionGroup var bounds: BoundOptions

  @Option(
    name: .customLong("scope"),
    help: ArgumentHelp(
      "\(Scope.allCases.map(\.rawValue).joined(separator: ", ")); again for more. (default: ask and read)",
      valueName: "scope"))
  var scopes: [String] = []

  @Option(help: ArgumentHelp("When it ends: 90d, 2027-01-31 or 2027-01-31T09:00:00Z.", valueName: "time"))
  var expires: String?

  @Option(
    name: .customLong("network"),
    help: ArgumentHelp("Whence it may be used, such as 10.0.0.0/8; again for more.", valueName: "network"))
  var networks: [String] = []

  static let clearable = [
    "name", "scopes", "expires_at", "limits", "budgets", "models", "networks", "guards", "cache", "lane",
    "metadata",
  ]

  func members(now: Int64 = Timestamp.now) throws(CommandFailure) -> MemberList {
    var list = try bounds.members()
    for scope in scopes where Scope(rawValue: scope) == nil {
      throw .option(
        "scope", "\"\(scope)\" is none of \(Scope.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    list.set("scopes", list: scopes)
    if let expires { list.set("expires_at", try TimeText.expiry(expires, now: now)) }
    for network in networks where ClientNetwork(parsing: network) == nil {
      throw .option(
        "network", "\"\(network)\" is none; write such as 10.0.0.0/8, 2001:db8::/32 or an address")
    }
    list.set("networks", list: networks)
    return list
  }
}
