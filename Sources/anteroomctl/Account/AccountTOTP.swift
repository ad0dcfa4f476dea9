import ArgumentParser

struct AccountTOTP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "totp",
    abstract: "The second factor of the account that is signed in.",
    subcommands: [AccountTOTPEnrol.self, AccountTOTPConfirm.self, AccountTOTPReplace.self, AccountTOTPRemove.self])
}
