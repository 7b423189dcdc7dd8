/// Draws without replacement: of those that are left, each comes next as often as its share of their weights.
enum WeightedDraw {
  /// All elements, each once. Weights are at least 1.
  static func order<Element>(
    _ elements: [Element], by weight: (Element) -> Int, using generator: inout some RandomNumberGenerator
  ) -> [Element] {
    var left = elements
    var drawn: [Element] = []
    while !left.isEmpty {
      var point = Int.random(in: 0..<left.reduce(0) { $0 + weight($1) }, using: &generator)
      let index = left.firstIndex { element in
        point -= weight(element)
        return point < 0
      }
      drawn.append(left.remove(at: index ?? 0))
    }
    return drawn
  }
}
