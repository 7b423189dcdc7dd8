import Shared

/// LiteLLM's teams and keys, as `/team/list`, `/team/info`, `/key/list?return_full_object=true` and `/key/info` tell them.
struct LiteLLMRecords: Sendable {
  private(set) var teams: [JSONObject] = []
  private(set) var keys: [JSONObject] = []

  /// Takes what one of these answered, or a list of such answers.
  mutating func take(_ json: JSONValue, from place: String, _ findings: inout LiteLLMFindings) {
    switch json {
    case .array(let values):
      for (index, value) in values.enumerated() { take(value, from: "\(place)[\(index)]", &findings) }
    case .object(let members): take(members, from: place, &findings)
    default:
      findings.left(place, "it is neither a key nor a team; ask /key/list with return_full_object=true")
    }
  }

  private mutating func take(_ members: JSONObject, from place: String, _ findings: inout LiteLLMFindings) {
    if var info = members["info"]?.object {
      // /key/info has the hash beside the rest.
      info["token"] = info["token"] ?? members["key"]
      add(key: info)
    } else if let team = members["team_info"]?.object {
      add(team: team)
      if let keys = members["keys"] { take(keys, from: "\(place).keys", &findings) }
    } else if Self.pages.contains(where: { members[$0]?.array != nil }) {
      for name in Self.pages {
        if let values = members[name] { take(values, from: "\(place).\(name)", &findings) }
      }
      warnOfPages(members, place, &findings)
    } else if members["token"] != nil || members["key_name"] != nil {
      add(key: members)
    } else if members["team_id"] != nil {
      add(team: members)
      if let keys = members["keys"] { take(keys, from: "\(place).keys", &findings) }
    } else {
      findings.left(place, "it is neither a key nor a team")
    }
  }

  private static let pages = ["keys", "teams", "data"]

  private func warnOfPages(_ members: JSONObject, _ place: String, _ findings: inout LiteLLMFindings) {
    guard let pages = members["total_pages"]?.integer, pages > 1, let page = members["current_page"]?.integer
    else {
      return
    }
    findings.left(place, "it is page \(page) of \(pages); give the files of all pages")
  }

  private mutating func add(key: JSONObject) {
    // What a team lists is in the list of keys, too.
    if let token = key["token"], keys.contains(where: { $0["token"] == token }) { return }
    keys.append(key)
  }

  private mutating func add(team: JSONObject) {
    if let id = team["team_id"], teams.contains(where: { $0["team_id"] == id }) { return }
    teams.append(team)
  }
}
