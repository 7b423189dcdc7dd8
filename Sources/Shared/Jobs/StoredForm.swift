/// How a job's answer is stored: as the job itself is, so that the API which admitted it can read it.
public enum StoredForm: Sendable, Hashable {
  /// The answer's parts.
  case parts
  /// A text and a message in OpenAI's form, for APIs of versions up to 0.1; native clients see this form, too.
  case message
}
