package io.sonia.evaos;

import io.sonia.contracts.policy.PolicySet;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Every policy that was ever in force, with the texts of its files, so that an old decision can be judged again. */
final class PolicyVersions {

    /** A version and when it was put in force last. */
    record Kept(PolicySet set, Instant appliedAt) {}

    private final Foundation base;

    PolicyVersions(Foundation base) {
        this.base = base;
    }

    /** Puts a version on record as the one in force, unless it is that already. */
    void apply(PolicySet set) {
        if (base.journal()
                .read(PolicyVersions::newest)
                .filter(set.version()::equals)
                .isPresent()) {
            return;
        }
        AuditEvent.Subject subject =
                new AuditEvent.Subject("policy", set.version(), null, null, set.digest(), set.version(), null);
        base.journal().commit(tx -> {
            put(tx, set, ServiceName.EVA_OS.wireName(), base.clock().now(), true);
            return tx.audit(base.own("policy.applied", "boot").about(subject));
        });
    }

    /**
     * The policy of a version.
     *
     * @throws SoniaException NOT_FOUND if there never was such a version, INTEGRITY_FAILED if what is kept is not it
     */
    Kept get(String version) {
        return base.journal()
                .read(sql -> sql.one(
                        "SELECT files, applied_at FROM policy_versions WHERE version = ?",
                        row -> kept(version, row.json("files"), row.instant("applied_at")),
                        version))
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND, "There is no such policy version")
                        .with("policy_version", version));
    }

    private static Kept kept(String version, Map<String, @Nullable Object> files, Instant appliedAt) {
        Map<String, String> texts = new LinkedHashMap<>();
        files.forEach((name, text) -> texts.put(name, String.valueOf(text)));
        try {
            PolicySet set = PolicySet.of(texts);
            if (set.version().equals(version)) {
                return new Kept(set, appliedAt);
            }
        } catch (SoniaException damaged) {
            // Refused below, as any other text that is not what was put in force.
        }
        throw SoniaException.of(ErrorCode.INTEGRITY_FAILED, "The policy on record does not verify")
                .with("policy_version", version);
    }

    private static Optional<String> newest(Sql sql) throws SQLException {
        return sql.one(
                "SELECT version FROM policy_versions ORDER BY applied_at DESC, version LIMIT 1",
                row -> row.text("version"));
    }

    /** Puts a version on record whose files are not written yet. */
    void putUnwritten(Tx tx, PolicySet set, String actorId, Instant now) throws SQLException {
        put(tx, set, actorId, now, false);
    }

    /** The files of a version are written. */
    void written(String version) {
        base.journal()
                .commit(tx -> tx.sql().update("UPDATE policy_versions SET written = 1 WHERE version = ?", version));
    }

    /** A version whose approval came through and whose files did not. */
    Optional<PolicySet> unwritten() {
        return base.journal()
                .read(sql -> sql.one(
                        "SELECT version FROM policy_versions WHERE written = 0 ORDER BY applied_at DESC LIMIT 1",
                        row -> row.text("version")))
                .map(version -> get(version).set());
    }

    private static void put(Tx tx, PolicySet set, String actorId, Instant now, boolean written) throws SQLException {
        String files = Json.text(set.texts());
        tx.sql().update("""
                INSERT INTO policy_versions (version, digest, files, actor_id, applied_at, written)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (version) DO UPDATE SET actor_id = excluded.actor_id, applied_at = excluded.applied_at,
                  written = excluded.written""", set.version(), set.digest(), files, actorId, now, written);
    }
}
