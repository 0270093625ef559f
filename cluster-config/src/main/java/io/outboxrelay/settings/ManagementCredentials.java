package io.outboxrelay.settings;

/**
 * What somebody has to show who changes something over management HTTP: a bearer token, or a user and a password, whichever
 * is set.
 */
public record ManagementCredentials(Secret token, String user, Secret password) {
    private static final int SHORTEST = 16;

    public ManagementCredentials {
        String given = token.reveal();
        new Rules()
                .hidden(
                        "token",
                        given,
                        text -> text.length() >= SHORTEST && text.matches("[A-Za-z0-9._~+/-]+=*"),
                        "legal " + SHORTEST + " or more of A-Z a-z 0-9 . _ ~ + / - and then =; openssl rand -hex 32")
                .that(user.indexOf(':') < 0, "user", user, "legal without a colon")
                .that(
                        user.isEmpty() == password.reveal().isEmpty(),
                        "user",
                        user,
                        "legal together with password or password-file")
                .orThrow();
    }

    /** Nothing is accepted. */
    public static ManagementCredentials none() {
        return new ManagementCredentials(new Secret(""), "", new Secret(""));
    }

    public boolean areSet() {
        return hasToken() || hasUser();
    }

    public boolean hasToken() {
        return !token.reveal().isEmpty();
    }

    public boolean hasUser() {
        return !user.isEmpty();
    }
}
