/// The messages of Google's protocol, with their fields by JSON name (https://ai.google.dev/api). The service
/// refuses all others.
enum GeminiMessage: String, Sendable, CaseIterable {
  case generateContentRequest, content, part, blob, fileData, functionCall, functionResponse
  case generationConfig, thinkingConfig, schema, tool, functionDeclaration, toolConfig, functionCallingConfig
  case countTokensRequest, safetySetting, embedContentRequest, batchEmbedContentsRequest

  /// What a field holds.
  indirect enum Field: Sendable {
    case text, bytes, number, integer32, integer64, flag
    /// Any JSON.
    case anything
    /// Any JSON object.
    case structure
    /// By name; capitals do not matter. The name is that of the type.
    case choice(String, Set<String>)
    case message(GeminiMessage)
    case list(Field)
    /// By names that the client chooses.
    case map(Field)
  }

  /// Made once: a benchmark asks for them thousands of times a second.
  private static let table = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.declaration) })

  var fields: [String: Field] { Self.table[self] ?? [:] }

  private var declaration: [String: Field] {
    switch self {
    case .generateContentRequest:
      [
        "model": .text, "contents": .list(.message(.content)), "tools": .list(.message(.tool)),
        "toolConfig": .message(.toolConfig), "safetySettings": .list(.message(.safetySetting)),
        "systemInstruction": .message(.content), "generationConfig": .message(.generationConfig),
        "cachedContent": .text, "serviceTier": .text, "store": .flag,
      ]
    case .countTokensRequest:
      [
        "contents": .list(.message(.content)), "generateContentRequest": .message(.generateContentRequest),
      ]
    case .content: ["parts": .list(.message(.part)), "role": .text]
    case .part:
      [
        "text": .text, "inlineData": .message(.blob), "fileData": .message(.fileData),
        "functionCall": .message(.functionCall), "functionResponse": .message(.functionResponse),
        "thought": .flag, "thoughtSignature": .bytes, "partMetadata": .structure,
        "executableCode": .structure, "codeExecutionResult": .structure, "videoMetadata": .structure,
        "mediaResolution": .structure,
      ]
    case .blob: ["mimeType": .text, "data": .bytes]
    case .fileData: ["mimeType": .text, "fileUri": .text]
    case .functionCall: ["id": .text, "name": .text, "args": .structure]
    case .functionResponse:
      [
        "id": .text, "name": .text, "response": .structure, "parts": .list(.structure),
        "willContinue": .flag, "scheduling": .text,
      ]
    case .generationConfig: Self.generationFields
    case .thinkingConfig: ["includeThoughts": .flag, "thinkingBudget": .integer32, "thinkingLevel": .text]
    case .schema: Self.schemaFields
    case .tool:
      [
        "functionDeclarations": .list(.message(.functionDeclaration)), "googleSearch": .structure,
        "googleSearchRetrieval": .structure, "codeExecution": .structure, "urlContext": .structure,
        "computerUse": .structure, "fileSearch": .structure, "googleMaps": .structure,
      ]
    case .functionDeclaration:
      [
        "name": .text, "description": .text, "behavior": .text, "parameters": .message(.schema),
        "parametersJsonSchema": .anything, "response": .message(.schema), "responseJsonSchema": .anything,
      ]
    case .toolConfig:
      ["functionCallingConfig": .message(.functionCallingConfig), "retrievalConfig": .structure]
    case .functionCallingConfig:
      [
        "mode": .choice(
          "FunctionCallingConfig.Mode", ["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"]),
        "allowedFunctionNames": .list(.text),
      ]
    case .safetySetting: ["category": .text, "threshold": .text]
    case .embedContentRequest:
      [
        "model": .text, "content": .message(.content), "taskType": .text, "title": .text,
        "outputDimensionality": .integer32,
      ]
    case .batchEmbedContentsRequest: ["requests": .list(.message(.embedContentRequest))]
    }
  }

  private static let generationFields: [String: Field] = [
    "stopSequences": .list(.text), "responseMimeType": .text, "responseSchema": .message(.schema),
    "responseJsonSchema": .anything, "responseModalities": .list(.text), "candidateCount": .integer32,
    "maxOutputTokens": .integer32, "temperature": .number, "topP": .number, "topK": .number,
    "seed": .integer32, "presencePenalty": .number, "frequencyPenalty": .number, "responseLogprobs": .flag,
    "logprobs": .integer32, "enableEnhancedCivicAnswers": .flag, "speechConfig": .structure,
    "thinkingConfig": .message(.thinkingConfig), "imageConfig": .structure, "mediaResolution": .text,
  ]

  /// A subset of OpenAPI's: neither `$ref` nor `additionalProperties` is among them.
  private static let schemaFields: [String: Field] = [
    "type": .choice(
      "Type",
      ["TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"]),
    "format": .text, "title": .text, "description": .text, "nullable": .flag, "enum": .list(.text),
    "maxItems": .integer64, "minItems": .integer64, "properties": .map(.message(.schema)),
    "required": .list(.text), "minProperties": .integer64, "maxProperties": .integer64,
    "minLength": .integer64, "maxLength": .integer64, "pattern": .text, "example": .anything,
    "anyOf": .list(.message(.schema)), "propertyOrdering": .list(.text), "default": .anything,
    "items": .message(.schema), "minimum": .number, "maximum": .number,
  ]
}
