extension AccessPolicy {
  /// Whether a name that clients may send as `model` may be asked: an alias by its own name or by what it stands for.
  public func allows(_ model: PublicModel) -> Bool {
    guard let meaning = model.meaning else { return allows(model: model.id) }
    return allows(model: meaning, alias: model.id)
  }
}
