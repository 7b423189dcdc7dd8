extension Variables {
  /// Every variable for `--help`.
  public static var help: String {
    let lines = all.map { variable in
      let value = variable.defaultText.map { $0.isEmpty ? "none" : $0 } ?? "none"
      return "  \(variable.name)\n      \(variable.meaning); \(variable.allowed). Default: \(value)."
    }
    return "It is configured by environment variables:\n\n" + lines.joined(separator: "\n")
  }

  /// Every variable as a Markdown table, for docs/configuration.md.
  public static var table: String {
    let rows = all.map { variable in
      let value = variable.defaultText.map { $0.isEmpty ? "none" : "`\($0)`" } ?? "none"
      return "| `\(variable.name)` | \(variable.meaning) | \(variable.allowed) | \(value) |"
    }
    return (["| variable | what it sets | allowed | default |", "| --- | --- | --- | --- |"] + rows)
      .joined(separator: "\n")
  }
}
