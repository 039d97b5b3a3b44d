package io.sonia.console;

import io.sonia.contracts.audit.AuditRoutes;
import io.sonia.contracts.audit.EntriesAnswer;
import io.sonia.contracts.audit.EntriesQuery;
import io.sonia.contracts.console.ConsoleAuditQuery;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.TokenBuckets;
import io.sonia.kernel.metrics.Counter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** The console's own audit for whoever has the audit key, from wherever, and for nobody else. */
final class AuditDoor {

    private static final String CURE = "./sonia up makes another one if it is removed";
    private static final int MIN_KEY = 32;

    private final AuditRoutes own;
    private final Journal journal;
    private final TokenBuckets refusals;
    private final Counter reads;
    private final byte[] key;

    /** @throws SoniaException AUTH_UNAVAILABLE if the key is missing, too short, or can be read by others */
    AuditDoor(AuditRoutes own, Journal journal, Home home, TokenBuckets refusals, Counter reads) {
        this.own = own;
        this.journal = journal;
        this.refusals = refusals;
        this.reads = reads;
        String text = new String(SecretFile.read(home.auditKey(), CURE), StandardCharsets.US_ASCII).strip();
        if (text.length() < MIN_KEY) {
            throw SecretFile.refused(home.auditKey(), "holds fewer than " + MIN_KEY + " characters", CURE);
        }
        this.key = text.getBytes(StandardCharsets.US_ASCII);
    }

    List<Route<?>> list() {
        return List.of(Route.of(Operation.CONSOLE_AUDIT, ConsoleAuditQuery.class, EntriesAnswer.class, this::entries));
    }

    private Reply entries(Call<ConsoleAuditQuery> call) {
        String shown = call.header("x-audit-key").orElse("");
        if (!MessageDigest.isEqual(key, shown.getBytes(StandardCharsets.UTF_8))) {
            reads.increment("refused");
            if (refusals.take("audit key", 1, 1).isZero()) {
                journal.append(call.audit().outcome(ErrorCode.UNAUTHORIZED));
            }
            throw SoniaException.of(ErrorCode.UNAUTHORIZED);
        }
        ConsoleAuditQuery query = call.input();
        EntriesAnswer answer = own.entries(new EntriesQuery(
                query.limit(),
                query.cursor(),
                null,
                null,
                query.actorId(),
                query.action(),
                null,
                null,
                null,
                query.since(),
                query.until(),
                null));
        reads.increment("ok");
        journal.append(call.audit().about("audit", "sofiia-console"));
        return Reply.ok(answer);
    }
}
