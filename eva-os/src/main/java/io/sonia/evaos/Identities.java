package io.sonia.evaos;

import io.sonia.contracts.evaos.ServiceRotate;
import io.sonia.contracts.evaos.ServiceRotated;
import io.sonia.contracts.evaos.WhoAmI;
import io.sonia.journal.Answers;
import io.sonia.journal.Sql;
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
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.settings.AuthConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Issues what this machine's processes need: one key for the person who installed this home, kept until it ends, and a
 * fresh token for each service at every start, renewed at half its life. Keys go to owner-only files; only their hashes
 * are stored and published.
 */
final class Identities {

    private static final String CURE = "remove it, and EVA-OS issues another one at its next start";
    private static final String EVERY = "all";

    /** A service and its new token. */
    private record Token(ServiceName service, KeyChange change) {}

    private final Foundation base;
    private final Home home;
    private final AuthConfig config;
    private final PublishedKeys published;

    /** Issues the keys of a new life and writes them to their files. */
    Identities(Foundation base, Home home, AuthConfig config, PublishedKeys published) {
        this.base = base;
        this.home = home;
        this.config = config;
        this.published = published;
        boot();
    }

    /** Renews what is due: tokens at half their life, the published set before it is too old. */
    boolean renew() {
        Instant due = base.clock().now().minus(tokenLife().dividedBy(2));
        List<ServiceName> services = List.of(ServiceName.values()).stream()
                .filter(service -> !made(service).isAfter(due))
                .toList();
        if (services.isEmpty()) {
            return published.refresh();
        }
        hand(base.journal().commit(tx -> {
            List<Token> tokens = tokens(tx.sql(), services, serviceOverlap(), Fences.nextGeneration(tx.sql()));
            tx.audit(base.own("auth.issue", "timer").detail(detail(tokens)));
            return tokens;
        }));
        return true;
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

    /** Gives services new tokens; they take them from their files while they run. */
    Reply rotate(Call<ServiceRotate> call) {
        List<ServiceName> services = services(call.input().service());
        Integer seconds = call.input().overlapSeconds();
        Duration overlap = seconds == null ? serviceOverlap() : Duration.ofSeconds(seconds);
        List<Token> made = new ArrayList<>();
        Reply reply = base.journal().commit(tx -> {
            List<Token> tokens = tokens(tx.sql(), services, overlap, Fences.nextGeneration(tx.sql()));
            tx.audit(call.audit().about("service", call.input().service()).detail(detail(tokens)));
            made.clear();
            made.addAll(tokens);
            return Answers.keep(
                    tx,
                    call,
                    Reply.ok(new ServiceRotated(
                            tokens.stream().map(Identities::rotated).toList())));
        });
        hand(made);
        return reply;
    }

    private void boot() {
        Instant now = base.clock().now();
        Optional<Credential> kept = storedOperatorKey();
        List<ServiceName> services = List.of(ServiceName.values());
        Map<String, Credential> issued = new LinkedHashMap<>();
        List<Token> tokens = base.journal().commit(tx -> {
            Sql sql = tx.sql();
            long generation = Fences.nextGeneration(sql);
            for (ServiceName service : services) {
                CredentialStore.addPrincipal(sql, service.wireName(), Credential.Kind.SERVICE, Role.SERVICE, now);
                // Starts in a row may not fill the set.
                CredentialStore.keepNewest(sql, service.wireName(), KeyChange.MOST_OF_A_SERVICE - 1, now);
            }
            List<Token> made = tokens(sql, services, serviceOverlap(), generation);
            issued.clear();
            operatorKey(sql, now, kept, generation).ifPresent(key -> issued.put("operator", key));
            Map<String, @Nullable Object> detail = detail(made);
            detail.put("operator_key", issued.isEmpty() ? "kept" : "issued");
            tx.audit(base.own("auth.issue", "boot").detail(detail));
            return made;
        });
        issued.values().forEach(key -> PublishedKeys.write(home.operatorToken(), ascii(key.text())));
        write(tokens);
        published.publish();
    }

    private void hand(List<Token> tokens) {
        write(tokens);
        published.publishEverywhere();
    }

    private void write(List<Token> tokens) {
        tokens.forEach(token -> PublishedKeys.write(
                home.token(token.service()), ascii(token.change().key().text())));
    }

    private List<Token> tokens(Sql sql, Collection<ServiceName> services, Duration overlap, long generation)
            throws SQLException {
        Instant now = base.clock().now();
        List<Token> tokens = new ArrayList<>();
        for (ServiceName service : services) {
            KeyChange.Holder holder = new KeyChange.Holder(service.wireName(), Role.SERVICE);
            KeyChange.Terms terms = new KeyChange.Terms(now, tokenLife(), overlap);
            tokens.add(new Token(service, KeyChange.make(sql, base.ids(), holder, terms, generation)));
        }
        return tokens;
    }

    /**
     * A new key for the operator's file, unless the key there is good: for the person who installed this home, who is
     * made at the first start, or if nobody else could act, for the eldest operator.
     */
    private Optional<Credential> operatorKey(Sql sql, Instant now, Optional<Credential> kept, long generation)
            throws SQLException {
        boolean good = kept.isPresent()
                && CredentialStore.valid(sql, now).stream()
                        .anyMatch(each -> each.hash().equals(kept.get().hash()));
        if (good) {
            return Optional.empty();
        }
        Optional<String> holder = PersonStore.owner(sql);
        if (holder.isEmpty() && PersonStore.living(sql) == 0) {
            String actor = base.ids().next("usr_");
            CredentialStore.addPrincipal(sql, actor, Credential.Kind.PERSON, Role.OPERATOR, now);
            PersonStore.setOwner(sql, actor);
            holder = Optional.of(actor);
        }
        if (holder.isEmpty() && !PersonStore.operable(sql, now)) {
            holder = PersonStore.eldest(sql);
        }
        if (holder.isEmpty()) {
            return Optional.empty();
        }
        String actor = holder.get();
        CredentialStore.revoke(sql, actor, now);
        int days = PersonStore.keyDays(sql, actor).orElse(config.personKeyDays());
        KeyChange.Holder person = new KeyChange.Holder(actor, Role.OPERATOR);
        KeyChange.Terms terms = new KeyChange.Terms(now, Duration.ofDays(days), Duration.ZERO);
        return Optional.of(
                KeyChange.make(sql, base.ids(), person, terms, generation).key());
    }

    private static List<ServiceName> services(String asked) {
        if (asked.equals(EVERY)) {
            return List.of(ServiceName.values());
        }
        return List.of(ServiceName.byWireName(asked)
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND, "There is no service of this name")));
    }

    private static ServiceRotated.Rotated rotated(Token token) {
        return new ServiceRotated.Rotated(
                token.service().wireName(),
                token.change().generation(),
                token.change().formerUntil());
    }

    private static Map<String, @Nullable Object> detail(List<Token> tokens) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("generation", tokens.getFirst().change().generation());
        detail.put(
                "services",
                tokens.stream().map(each -> each.service().wireName()).toList());
        return detail;
    }

    /** When the newest token of a service was made. */
    private Instant made(ServiceName service) {
        return published.verifiers().stream()
                .filter(each -> each.actorId().equals(service.wireName()))
                .map(Verifier::notBefore)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }

    private Duration tokenLife() {
        return Duration.ofHours(config.serviceTokenHours());
    }

    private Duration serviceOverlap() {
        return Duration.ofSeconds(config.serviceOverlapSeconds());
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
}
