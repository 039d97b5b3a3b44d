package io.sonia.console;

import io.sonia.contracts.console.SignIn;
import io.sonia.contracts.console.SignInLink;
import io.sonia.contracts.console.SignedIn;
import io.sonia.contracts.console.SignedOut;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.TokenBuckets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** How a browser comes by a session, and gives it up. */
final class SignInRoutes {

    private final SignInLinks links;
    private final BrowserSessions browsers;
    private final Journal journal;
    private final TokenBuckets refusals;
    private final ConsoleConfig config;
    private final int port;

    SignInRoutes(
            SignInLinks links,
            BrowserSessions browsers,
            Journal journal,
            TokenBuckets refusals,
            ConsoleConfig config,
            int port) {
        this.links = links;
        this.browsers = browsers;
        this.journal = journal;
        this.refusals = refusals;
        this.config = config;
        this.port = port;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.SIGN_IN_LINK, SignInLink.class, this::link),
                Route.of(Operation.SIGN_IN, SignIn.class, SignedIn.class, this::signIn),
                Route.of(Operation.SIGN_OUT, SignedOut.class, this::signOut));
    }

    private Reply link(Call<Empty> call) {
        String key = call.context().bearer();
        if (key == null) {
            throw SoniaException.of(ErrorCode.FORBIDDEN);
        }
        Instant until = links.end();
        journal.append(call.audit());
        String code = links.invite(
                new SignInLinks.Invited(call.caller().actorId(), call.caller().roleName(), key, until));
        return Reply.ok(new SignInLink("http://127.0.0.1:" + port + "/#sign-in=" + code, until));
    }

    private Reply signIn(Call<SignIn> call) {
        SignInLinks.Invited person = links.take(call.input().code()).orElseThrow(() -> refused(call));
        Duration life = Duration.ofHours(config.sessionHours());
        BrowserSessions.Begun begun = browsers.begin(person.actorId(), person.key(), life, call.audit());
        return Reply.ok(new SignedIn(begun.page(), person.actorId(), person.role(), begun.expiresAt()))
                .cookie(begun.cookie());
    }

    /** On record at most once a second: whoever tries codes must not fill the audit. */
    private SoniaException refused(Call<?> call) {
        if (refusals.take("sign-in", 1, 1).isZero()) {
            journal.append(call.audit().outcome(ErrorCode.UNAUTHORIZED));
        }
        return SoniaException.of(ErrorCode.UNAUTHORIZED, "The link was used before, is too old, or never was one");
    }

    private Reply signOut(Call<Empty> call) {
        boolean ended = browsers.end(
                call.header("cookie").orElse(""), call.header("x-sonia-page").orElse(""), call.audit());
        return Reply.ok(new SignedOut(ended)).cookie(browsers.forgotten());
    }
}
