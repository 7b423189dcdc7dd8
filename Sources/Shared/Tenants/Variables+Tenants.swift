/// What keys are stored with.
extension Variables {
  public static let keyPepper = Variable(
    "KEY_PEPPER",
    "what the digests of stored keys are made with, without which no key can be made; `new,old` while it is changed",
    allowed: "one or two texts of 16 to 512 visible ASCII characters with a comma between", isSecret: true,
    parse: KeyPeppers.init(parsing:))

  /// Those above, in the order of the documentation.
  static let tenants: [VariableDocumentation] = [keyPepper.documentation]
}
