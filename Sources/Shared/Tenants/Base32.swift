/// Crockford's alphabet: without letters that look like digits or like each other.
enum Base32 {
  static let upper = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  static let lower = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
