/// Words so common in passwords that a digit, a year or a second turn adds nothing to them. Our own
/// choice: the word for "password" and its kin in several languages, months, days, seasons, and the
/// subjects that head every published list.
enum CommonStems {
  static let words: StaticString = """
    password passwort kennwort passphrase passcode passwd motdepasse contrasena contraseña senha wachtwoord
    parola haslo hasło losenord lösenord adgangskode salasana jelszo heslo sifre şifre пароль
    secret geheim segreto secreto login logon admin administrator root superuser sysadmin operator manager
    guest visitor user username account default changeme change letmein openup access welcome willkommen
    bienvenue bienvenido benvenuto hello goodbye master system server service computer laptop internet network
    security secure private public test tester testing example sample temp temporary demo
    meeting conference videocall webinar classroom teacher student school university company office
    qwerty qwertz azerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qweasd
    january february march april june july august september october november december
    januar februar maerz märz juni juli oktober dezember janvier fevrier février avril juin juillet
    monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag
    sonntag spring summer autumn winter fruehling frühling sommer herbst
    iloveyou iloveu loveyou mylove lovers forever friends family mother father sister brother
    baby babygirl angel angels princess prince queen sunshine rainbow flower butterfly chocolate cookie cheese
    dragon monkey tiger eagle falcon dolphin elephant panther wolf phoenix bulldog kitten
    football baseball basketball soccer hockey tennis golfer cricket arsenal chelsea liverpool barcelona
    superman batman spiderman starwars startrek pokemon naruto gandalf matrix wizard warrior hunter killer
    shadow ninja samurai soldier ranger cowboy captain diamond silver golden purple orange yellow
    mustang ferrari porsche mercedes corvette harley yamaha honda toyota nissan
    michael jordan daniel jessica ashley michelle nicole jennifer thomas robert andrew joshua matthew anthony
    charlie george william joseph alexander samantha amanda elizabeth benjamin christian nicholas patrick
    london boston dallas chicago newyork canada america germany france england australia
    samsung apple google microsoft windows linux linkedin facebook instagram whatsapp youtube
    whatever nothing trustno mercury thunder freedom hello1 abcdef qwert
    """
}
