/// Where traces go.
public enum TracesExporter: String, Sendable, CaseIterable {
  case otlp
  case none
}
