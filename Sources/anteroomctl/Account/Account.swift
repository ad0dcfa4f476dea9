import ArgumentParser

struct Account: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Accounts and their credentials.",
    subcommands: [
      AccountAdd.self, AccountList.self, AccountShow.self, AccountDisable.self, AccountEnable.self, AccountReset.self,
      AccountSetPassword.self, AccountPasswd.self, AccountTOTP.self, AccountImport.self, AccountExport.self,
      AccountErase.self,
    ])
}
