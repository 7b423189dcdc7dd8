/// What the keys of well-known services begin with, by which one is known in a text.
enum KeyBeginnings {
  /// What is followed by capitals and digits alone: they begin words, too.
  static let inCapitals: Set = ["AKIA", "ASIA"]

  /// Each with how many characters must follow at least.
  static let ofIssuers: [(prefix: String, least: Int)] = [
    // Providers of models; `sk-` is also how our own begin.
    ("sk-", 16), ("AIza", 30), ("ya29.", 20), ("gsk_", 20), ("hf_", 20), ("xai-", 16), ("csk-", 16),
    ("pplx-", 16),
    ("nvapi-", 16), ("r8_", 16), ("fw_", 16), ("tgp_v1_", 16),
    // Clouds, and where code is kept.
    ("AKIA", 16), ("ASIA", 16), ("dop_v1_", 20), ("ghp_", 20), ("gho_", 20), ("ghs_", 20), ("ghu_", 20),
    ("ghr_", 20),
    ("github_pat_", 20), ("glpat-", 16), ("npm_", 20), ("pypi-", 16),
    // Messages, mail and money; `whsec_` is how our own webhooks' secrets begin.
    ("xoxa-", 10), ("xoxb-", 10), ("xoxe-", 10), ("xoxp-", 10), ("xoxr-", 10), ("xoxs-", 10), ("xapp-", 10),
    ("SG.", 20),
    ("sk_live_", 16), ("sk_test_", 16), ("rk_live_", 16), ("rk_test_", 16), ("whsec_", 16),
    // JSON web tokens: `{"` in Base64.
    ("eyJ", 20),
  ]
}
