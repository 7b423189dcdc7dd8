import HTTPTypes
import Shared

extension GeminiDialect {
  private static let types = "type.googleapis.com/google.rpc."

  func render(_ refusal: Refusal, model: String) -> RenderedError {
    switch refusal {
    case .missingKey, .invalidKey:
      let details: [JSONValue] = [
        [
          "@type": .string(Self.types + "ErrorInfo"), "reason": "API_KEY_INVALID", "domain": "googleapis.com",
          "metadata": ["service": "generativelanguage.googleapis.com"],
        ],
        [
          "@type": .string(Self.types + "LocalizedMessage"), "locale": "en-US",
          "message": "API key not valid. Please pass a valid API key.",
        ],
      ]
      return error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", details)
    case .invalid(let message, nil, _):
      return error(400, "INVALID_ARGUMENT", message)
    case .invalid(let message, let field?, _):
      let violation: JSONValue = ["field": .string(field), "description": .string(message)]
      let details: JSONValue = [
        "@type": .string(Self.types + "BadRequest"), "fieldViolations": [violation],
      ]
      return error(400, "INVALID_ARGUMENT", message, [details])
    case .unknownPath:
      return error(404, "NOT_FOUND", "Requested entity was not found.")
    case .status(429, let retryAfter, let quota):
      return exhausted(quota, model: model, retryAfter: retryAfter)
    case .status(let status, _, _):
      return scripted(status, model: model)
    }
  }

  private func scripted(_ status: Int, model: String) -> RenderedError {
    switch status {
    case 400: return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
    case 401: return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
    case 402: return error(402, "FAILED_PRECONDITION", "Please enable billing on your project.")
    case 403: return error(403, "PERMISSION_DENIED", "The caller does not have permission")
    case 404:
      return error(
        404, "NOT_FOUND",
        "models/\(model) is not found for API version v1beta, or is not supported for generateContent.")
    case 408: return error(408, "DEADLINE_EXCEEDED", "The request timed out. Please try again.")
    case 413: return error(413, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes.")
    case 422: return error(422, "INVALID_ARGUMENT", "The request could not be processed.")
    case 498: return error(498, "RESOURCE_EXHAUSTED", "Capacity exceeded.")
    case 500: return error(500, "INTERNAL", "An internal error has occurred. Please retry.")
    case 504:
      return error(504, "DEADLINE_EXCEEDED", "The request timed out. Please try again.")
    case 503, 529: return error(status, "UNAVAILABLE", "The model is overloaded. Please try again later.")
    default: return error(status, "UNAVAILABLE", "The service is currently unavailable.")
    }
  }

  /// The delay stands in `RetryInfo`; Google sends no Retry-After.
  private func exhausted(_ quota: Behaviour.Quota, model: String, retryAfter: Double?) -> RenderedError {
    // Google knows no credit; what is spent is the day's.
    let period = quota == .minute ? "PerMinute" : "PerDay"
    var details: [JSONValue] = [
      [
        "@type": .string(Self.types + "QuotaFailure"),
        "violations": [
          [
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": .string("GenerateRequests\(period)PerProjectPerModel-FreeTier"),
            "quotaDimensions": ["location": "global", "model": .string(model)], "quotaValue": "10",
          ]
        ],
      ]
    ]
    if let retryAfter {
      details.append([
        "@type": .string(Self.types + "RetryInfo"),
        "retryDelay": .string("\(retryAfter.shortDescription)s"),
      ])
    }
    let message = "You exceeded your current quota, please check your plan and billing details."
    return error(429, "RESOURCE_EXHAUSTED", message, details)
  }

  private func error(
    _ code: Int, _ status: String, _ message: String, _ details: [JSONValue] = []
  ) -> RenderedError {
    var error: JSONObject = [
      "code": .integer(Int64(code)), "message": .string(message), "status": .string(status),
    ]
    if !details.isEmpty { error["details"] = .array(details) }
    return RenderedError(status: code, body: ["error": .object(error)])
  }
}
