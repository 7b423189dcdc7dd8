/// How what is sent to a collector is compressed.
public enum OTLPCompression: String, Sendable, CaseIterable {
  case none
  case gzip
}
