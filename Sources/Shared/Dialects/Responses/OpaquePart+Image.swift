extension OpaquePart {
  /// The picture that a provider of Responses drew with a tool of its own, for clients of other dialects
  /// (https://platform.openai.com/docs/guides/tools-image-generation); nil for anything else.
  var drawnImage: ImagePart? {
    guard isDrawing, let data = members["result"]?.string, !data.isEmpty else { return nil }
    return ImagePart(source: "data:image/\(members["output_format"]?.string ?? "png");base64,\(data)")
  }
}
