import ArgumentParser

struct AccountImport: Act {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Bring accounts from another program, with their passwords.",
    discussion: """
      People go on with the password they have: its hash is compared once, at the first sign-in, and replaced by one of \
      ours. Where there is no hash, or none that can be compared, a setup code is printed, once.

      csv: a first line with username, and any of display_name, password_hash, roles and email, which is ignored. \
      htpasswd: NAME:HASH lines. nextcloud: the table oc_users as comma-separated values with uid, displayname and \
      password; who is disabled there is not known from it. greenlight: its table users, with email, which becomes the \
      username, name, password_digest and status. prosody: the directory of a host, such as \
      /var/lib/prosody/example%2eorg.

      Taken are bcrypt ($2a$, $2b$, $2y$), SHA-crypt, yescrypt, Argon2, apr1, MD5-crypt, {SHA}, and SCRAM as RFC 5803 \
      writes it. An import that was interrupted goes on when the same command is run again; setup codes are \
      printed once, and who of an earlier run has no password yet is listed with the command that makes another. \
      Printed, as comma-separated values, are the accounts that somebody has to see to.
      """)

  @OptionGroup var global: GlobalOptions
  @Option(help: "csv, htpasswd, nextcloud, greenlight or prosody; a directory is prosody's, a file csv.")
  var format: ImportFormat?
  @Flag(help: "Say what would become of each account, and change nothing.") var dryRun = false
  @Flag(help: "Give all of them the role host.") var host = false
  @Option(help: ArgumentHelp("Bind all of them to a profile.", valueName: "name")) var profile: String?
  @Argument(help: "The list; - is standard input.") var path: String

  func run(_ context: Context) async throws {
    let format = format ?? (ImportFile.isDirectory(path) ? .prosody : .csv)
    var run = ImportRun(context: context, isTrial: dryRun, isHost: host, profile: profile)
    try await run.run(try format.source(path))
  }
}
