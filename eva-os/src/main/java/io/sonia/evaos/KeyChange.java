package io.sonia.evaos;

import io.sonia.journal.Sql;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A new key of a principal, and until when those before it are good. Their end is stored with them and judged at each
 * request, so it comes even if nobody acts.
 *
 * @param formerUntil null if there was no good key before
 */
record KeyChange(Credential key, long generation, @Nullable Instant formerUntil) {

    /** Keys of one person that may be good at a time. */
    static final int MOST_OF_A_PERSON = 3;

    /** Tokens of one service that may be good at a time. */
    static final int MOST_OF_A_SERVICE = 8;

    /** Whose key it is. */
    record Holder(String actorId, Role role) {

        Credential.Kind kind() {
            return role == Role.SERVICE ? Credential.Kind.SERVICE : Credential.Kind.PERSON;
        }

        int most() {
            return role == Role.SERVICE ? MOST_OF_A_SERVICE : MOST_OF_A_PERSON;
        }
    }

    /**
     * Stores a new key that is good from now on for {@code life}.
     *
     * @param overlap how long the former keys stay good, at most
     * @throws SoniaException INVALID_STATE if too many former keys would stay good
     */
    static KeyChange make(
            Sql sql, Ids ids, Holder holder, Instant now, Duration life, Duration overlap, long generation)
            throws SQLException {
        String actor = holder.actorId();
        CredentialStore.endBy(sql, actor, now.plus(overlap));
        CredentialStore.dropEnded(sql, actor, now);
        if (CredentialStore.good(sql, actor, now) >= holder.most()) {
            throw SoniaException.of(
                            ErrorCode.INVALID_STATE,
                            "Too many former keys are still valid: wait until one has ended, or leave no overlap")
                    .with("limit", holder.most());
        }
        Instant formerUntil = CredentialStore.end(sql, actor, now).orElse(null);
        Credential key = Credential.issue(holder.kind(), ids);
        CredentialStore.add(
                sql,
                new Verifier(key.publicId(), key.hash(), actor, holder.role(), key.kind(), now, now.plus(life)),
                generation);
        return new KeyChange(key, generation, formerUntil);
    }
}
