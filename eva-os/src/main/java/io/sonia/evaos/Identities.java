package io.sonia.evaos;

import io.sonia.contracts.evaos.VerifiersQuery;
import io.sonia.contracts.evaos.WhoAmI;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.AuthConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Issues keys: one for the person who installed this home, kept until it ends, and a fresh token for each service at
 * every start, renewed at half its life. Keys go to owner-only files; only their hashes are stored and published.
 */
final class Identities {

    /** How old the published file may get; services that start later must find it young enough to trust. */
    private static final Duration REFRESH = Duration.ofSeconds(60);

    private static final String CURE = "remove it, and EVA-OS issues another one at its next start";

    /** The keys that are published, and when the service tokens among them were made. */
    private record Published(long generation, List<Verifier> verifiers, Instant tokensMade, Instant written) {}

    /** What one round of issuing made; {@code operatorKey} is null if the former one is kept. */
    private record Issued(
            Published published,
            Map<ServiceName, Credential> tokens,
            @Nullable Credential operatorKey) {}

    private final Foundation base;
    private final Home home;
    private final KeyMaterial keys;
    private final AuthConfig config;
    private final Wakeups wakeups;
    private volatile Published published;

    /** Issues the keys of a new life and writes them to their files. */
    Identities(Foundation base, Home home, KeyMaterial keys, AuthConfig config, Wakeups wakeups) {
        this.base = base;
        this.home = home;
        this.keys = keys;
        this.config = config;
        this.wakeups = wakeups;
        this.published = issue("boot");
    }

    /** Renews what is due; says whether a new set is in force or on file. */
    boolean renew() {
        Published now = published;
        Instant time = base.clock().now();
        Duration half = Duration.ofHours(config.serviceTokenHours()).dividedBy(2);
        if (!time.isBefore(now.tokensMade().plus(half))) {
            published = issue("timer");
            wakeups.changed();
            return true;
        }
        if (!time.isBefore(now.written().plus(REFRESH))) {
            write(home.verifiers(), Json.bytes(set()));
            published = new Published(now.generation(), now.verifiers(), now.tokensMade(), time);
            return true;
        }
        return false;
    }

    /** The set in force, signed now. */
    VerifierSet set() {
        Published now = published;
        Instant time = base.clock().now();
        List<Verifier> valid = now.verifiers().stream()
                .filter(each -> each.notAfter().isAfter(time))
                .toList();
        return VerifierSet.sign(now.generation(), time, valid, keys.keyId(), keys.signingKey());
    }

    /** The set; waits for a newer generation than the caller has, if asked to. */
    Reply verifiers(Call<VerifiersQuery> call) {
        long known = call.input().sinceGeneration();
        Duration patience = Duration.ofMillis(call.input().waitMs());
        Duration left = call.context().deadline().left();
        wakeups.await(() -> published.generation() > known, patience.compareTo(left) < 0 ? patience : left);
        return Reply.ok(set());
    }

    Reply whoAmI(Call<Empty> call) {
        Caller caller = call.caller();
        String bearer = call.context().bearer();
        Optional<Credential> key = bearer == null ? Optional.empty() : Credential.parse(bearer);
        Instant end = published.verifiers().stream()
                .filter(each -> each.actorId().equals(caller.actorId()))
                .filter(each ->
                        key.isEmpty() || each.publicId().equals(key.get().publicId()))
                .map(Verifier::notAfter)
                .max(Instant::compareTo)
                .orElse(null);
        return Reply.ok(new WhoAmI(
                caller.actorId(),
                caller.roleName(),
                caller.kind(),
                caller.via() == null ? null : caller.via().wireName(),
                end,
                published.generation()));
    }

    private Published issue(String occasion) {
        Instant now = base.clock().now();
        Optional<Credential> kept = storedOperatorKey();
        Issued issued = base.journal().commit(tx -> issue(tx, now, kept, base.own("auth.issue", occasion)));
        issued.tokens().forEach((service, token) -> write(home.token(service), ascii(token.text())));
        if (issued.operatorKey() != null) {
            write(home.operatorToken(), ascii(issued.operatorKey().text()));
        }
        published = issued.published();
        write(home.verifiers(), Json.bytes(set()));
        return issued.published();
    }

    private Issued issue(Tx tx, Instant now, Optional<Credential> kept, AuditEvent audit) throws SQLException {
        Sql sql = tx.sql();
        long generation = Fences.nextGeneration(sql);
        CredentialStore.dropEnded(sql, now);
        Instant tokenEnd = now.plus(Duration.ofHours(config.serviceTokenHours()));
        Map<ServiceName, Credential> tokens = new LinkedHashMap<>();
        for (ServiceName service : ServiceName.values()) {
            String name = service.wireName();
            CredentialStore.addPrincipal(sql, name, Credential.Kind.SERVICE, Role.SERVICE, now);
            CredentialStore.endBy(sql, name, now.plusSeconds(config.serviceOverlapSeconds()));
            Credential token = Credential.issue(Credential.Kind.SERVICE, base.ids());
            CredentialStore.add(sql, verifier(token, name, Role.SERVICE, now, tokenEnd), generation);
            tokens.put(service, token);
        }
        Credential operatorKey = operatorKey(sql, now, kept, generation);
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("generation", generation);
        detail.put("services", (long) tokens.size());
        detail.put("operator_key", operatorKey == null ? "kept" : "issued");
        tx.audit(audit.detail(detail));
        return new Issued(new Published(generation, CredentialStore.valid(sql, now), now, now), tokens, operatorKey);
    }

    /** A new key for the operator, who is made if there is none; null if the key on file is still good. */
    private @Nullable Credential operatorKey(Sql sql, Instant now, Optional<Credential> kept, long generation)
            throws SQLException {
        Optional<String> known = CredentialStore.operator(sql);
        String actor = known.orElseGet(() -> base.ids().next("usr_"));
        boolean good = kept.isPresent()
                && CredentialStore.valid(sql, now).stream()
                        .anyMatch(each -> each.actorId().equals(actor)
                                && each.hash().equals(kept.get().hash()));
        if (good) {
            return null;
        }
        CredentialStore.addPrincipal(sql, actor, Credential.Kind.PERSON, Role.OPERATOR, now);
        CredentialStore.revoke(sql, actor, now);
        Credential key = Credential.issue(Credential.Kind.PERSON, base.ids());
        Instant end = now.plus(Duration.ofDays(config.personKeyDays()));
        CredentialStore.add(sql, verifier(key, actor, Role.OPERATOR, now, end), generation);
        return key;
    }

    private static Verifier verifier(Credential key, String actor, Role role, Instant from, Instant to) {
        return new Verifier(key.publicId(), key.hash(), actor, role, key.kind(), from, to);
    }

    private Optional<Credential> storedOperatorKey() {
        if (!Files.exists(home.operatorToken())) {
            return Optional.empty();
        }
        byte[] text = SecretFile.read(home.operatorToken(), CURE);
        return Credential.parse(new String(text, StandardCharsets.US_ASCII).strip());
    }

    private static byte[] ascii(String text) {
        return (text + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static void write(Path file, byte[] content) {
        try {
            SecretFile.write(file, content);
        } catch (IOException e) {
            throw SoniaException.of(ErrorCode.AUTH_UNAVAILABLE, file + " cannot be written: make its folder writable");
        }
    }
}
