/// What an error of a provider that speaks Responses means
/// (https://platform.openai.com/docs/api-reference/responses/object#responses/object-error). Most are those of chat.
enum ResponsesFault {
  /// The codes that stand in a response which failed, and have no status of their own.
  private static let refusals: Set<String> = [
    "invalid_prompt", "data_residency_mismatch", "invalid_image", "invalid_image_format",
    "invalid_base64_image",
    "invalid_image_url", "image_too_large", "image_too_small", "image_parse_error", "invalid_image_mode",
    "image_file_too_large", "unsupported_image_media_type", "empty_image_file", "failed_to_download_image",
    "image_file_not_found", "invalid_encrypted_content", "previous_response_not_found",
  ]
  private static let filters: Set<String> = [
    "bio_policy", "misalignment_policy_violation", "image_content_policy_violation",
  ]

  /// `status` is nil when the response was a success that holds an error.
  static func fault(
    _ error: ProviderErrorObject?, status: Int?, _ response: ProviderResponse, hiding key: Secret?
  ) -> ProviderFault {
    if let error, error.names.contains(where: filters.contains) {
      return .filtered(status ?? 400, error.shown(hiding: key))
    }
    let isRefused = status == nil && error?.names.contains(where: refusals.contains) ?? false
    return ChatFault.fault(error, status: isRefused ? 400 : status, response, hiding: key)
  }
}
