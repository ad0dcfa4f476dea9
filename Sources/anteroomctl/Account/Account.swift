import ArgumentParser

struct Account: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Accounts and their credentials.",
    subcommands: [
      AccountAdd.self, AccountList.self, AccountShow.self, AccountEdit.self, AccountDisable.self, AccountEnable.self,
      AccountVouch.self, AccountReset.self, AccountTOTPReset.self, AccountSetPassword.self, AccountPasswd.self,
      AccountTOTP.self,
      AccountRecoveryCodes.self, AccountSessions.self, AccountNotifications.self, AccountImport.self,
      AccountExport.self, AccountErase.self,
    ])
}
