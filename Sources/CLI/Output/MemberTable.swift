import Shared

/// Objects for people, whatever they have: a column for each member of the first.
enum MemberTable {
  static func text(_ objects: [JSONValue]) -> String {
    guard let first = objects.first?.object else { return "There are none.\n" }
    let names = Array(first.keys)
    var table = Table(
      names.map { name in
        Table.Column(
          title: name.split(separator: "_").joined(separator: " "), isNumber: first[name]?.double != nil)
      })
    for object in objects {
      table.add(names.map { $0.hasSuffix("_at") ? CellText.time(object[$0]) : CellText.text(object[$0]) })
    }
    return table.text
  }
}
