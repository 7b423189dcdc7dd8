import ArgumentParser

/// How usage is written.
enum ExportFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case csv, ndjson, json
}
