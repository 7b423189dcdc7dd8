/// The version of Sluice, as `/health` and `--version` tell it.
public enum Version {
  public static let current = "0.1.0"
}
