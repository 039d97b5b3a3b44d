package io.sonia.gates.drill;

import io.sonia.gates.drill.KeyVariants.Variant;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Variants of valid keys, of which not one may be taken for a key. */
final class KeyGuessing {

    private static final int PERSONS = 24;
    private static final int CALLERS = 4;
    private static final int CONTROL_EVERY = 50;
    private static final Duration LIFE = Duration.ofHours(1);

    private final Report report;
    private final long seed;

    KeyGuessing(Report report, long seed) {
        this.report = report;
        this.seed = seed;
    }

    /** Asks what every request is checked by, without a socket between. */
    void inProcess(int cases, Clock clock) {
        Ids ids = new Ids(new SecureRandom());
        KeyPair issuer = Ed25519.newKeyPair();
        Instant now = clock.now();
        List<String> keys = new ArrayList<>();
        List<Verifier> principals = new ArrayList<>();
        for (int i = 0; i < PERSONS; i++) {
            Credential key = Credential.issue(Credential.Kind.PERSON, ids);
            keys.add(key.text());
            principals.add(verifier(key, "usr_" + i, Role.OPERATOR, now));
        }
        for (ServiceName service : ServiceName.values()) {
            Credential key = Credential.issue(Credential.Kind.SERVICE, ids);
            keys.add(key.text());
            principals.add(verifier(key, service.wireName(), Role.SERVICE, now));
        }
        Verifiers verifiers = new Verifiers(issuer.getPublic(), clock, LIFE);
        verifiers.accept(
                VerifierSet.sign(1, clock.now(), principals, Ed25519.keyId(issuer.getPublic()), issuer.getPrivate()));
        for (String key : keys) {
            if (!accepted(verifiers, key, false)) {
                report.fail("a valid key is refused, so nothing is shown by refusals");
            }
        }
        KeyVariants variants = new KeyVariants(keys, new Random(seed));
        report.begin();
        for (int i = 0; i < cases; i++) {
            Variant variant = variants.next();
            if (accepted(verifiers, variant.text(), i % 2 == 1)) {
                report.fail("variant " + i + " was accepted: " + variant.name());
            }
            report.count(variant.name());
            report.caseDone();
        }
        report.end();
    }

    private static Verifier verifier(Credential key, String actor, Role role, Instant now) {
        return new Verifier(key.publicId(), key.hash(), actor, role, key.kind(), now, now.plus(LIFE));
    }

    private static boolean accepted(Verifiers verifiers, String text, boolean asToken) {
        try {
            verifiers.authenticate(asToken ? null : text, asToken ? text : null, null);
            return true;
        } catch (SoniaException refused) {
            return false;
        }
    }

    /** Asks the real EVA-OS over HTTP; now and then with a valid key, which it must take. */
    void overHttp(int cases, Laboratory laboratory) throws IOException, InterruptedException {
        List<String> keys = new ArrayList<>();
        keys.add(Files.readString(laboratory.home().operatorToken()).strip());
        for (ServiceName service : ServiceName.values()) {
            keys.add(Files.readString(laboratory.home().token(service)).strip());
        }
        try (Line operator = laboratory.operator(ServiceName.EVA_OS)) {
            for (int i = 0; i < PERSONS; i++) {
                Answer made = operator.send("POST", "/v1/users", null, Json.text(Map.of("display_name", "guest " + i)));
                keys.add(made.text("data", "api_key"));
            }
        }
        report.begin();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int share = cases / CALLERS + (i < cases % CALLERS ? 1 : 0);
            KeyVariants variants = new KeyVariants(keys, new Random(seed + i));
            callers.add(Threads.virtual("guesser " + i, () -> guess(share, laboratory, keys, variants)));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        report.end();
    }

    private void guess(int cases, Laboratory laboratory, List<String> keys, KeyVariants variants) {
        try (Line line = new Line(laboratory.port(ServiceName.EVA_OS), "")) {
            for (int i = 0; i < cases; i++) {
                if (i % CONTROL_EVERY == 0) {
                    String key = keys.get(i / CONTROL_EVERY % keys.size());
                    Answer answer = line.get("/status", header(key, false));
                    expect(answer.status() == 200, "a valid key was answered " + answer.body());
                    report.count("valid keys between");
                }
                Variant variant = variants.next();
                int status = line.get("/status", header(visible(variant.text()), i % 2 == 1))
                        .status();
                expect(status == 400 || status == 401, "variant " + variant.name() + " was answered " + status);
                report.count("answered " + status);
                report.count(variant.name());
                report.caseDone();
            }
        } catch (IOException e) {
            report.fail("a connection broke: " + e);
        }
    }

    private void expect(boolean held, String otherwise) {
        if (!held) {
            report.fail(otherwise);
        }
    }

    /** A line end would end the header, and space around a value is no part of it (RFC 9110 section 5.5). */
    private static String visible(String text) {
        return text.replaceAll("[\\r\\n]", "~").replaceAll("^\\s|\\s$", "~");
    }

    private static String header(String text, boolean asToken) {
        boolean token = text.startsWith("st-") || asToken;
        return token ? Line.service(text) : Line.bearer(text);
    }
}
