package io.sonia.cli;

import io.sonia.contracts.evaos.User;
import io.sonia.contracts.evaos.UserList;
import io.sonia.kernel.http.Operation;
import java.util.Optional;

/** Finds a person by the id or the name that a command was given. */
final class UserByName {

    private static final int PAGE = 200;
    private static final String ID = "usr_";

    private UserByName() {}

    /** The id; what looks like one is taken for one. */
    static String id(OperatorClient client, String given) {
        if (given.startsWith(ID)) {
            return given;
        }
        String cursor = null;
        do {
            UserList page = client.on(Operation.USER_LIST)
                    .query("limit", PAGE)
                    .query("cursor", cursor)
                    .send(UserList.class);
            Optional<User> found = page.users().stream()
                    .filter(user -> user.displayName().equals(given))
                    .findFirst();
            if (found.isPresent()) {
                return found.get().userId();
            }
            cursor = page.nextCursor();
        } while (cursor != null);
        throw Failure.of(
                ExitCode.NEGATIVE,
                "there is nobody of the name " + SafeText.line(given),
                "NOT_FOUND",
                "see ./sonia token list");
    }
}
