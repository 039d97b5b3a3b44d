package io.sonia.contracts.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Ed25519;
import java.security.KeyPair;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrantTest {

    private static final KeyPair KEYS = Ed25519.newKeyPair();
    private static final Instant ISSUED = Instant.parse("2026-01-31T09:00:00.000Z");
    private static final Map<String, Object> ARGS = Map.of("path", "todo.txt", "content", "hello");
    private static final Grant GRANT = new Grant(
            "gnt_1",
            "apr_1",
            "file.write",
            CallDigest.of("file.write", ARGS, "usr_1", "pol_1"),
            "usr_1",
            "pol_1",
            RiskTier.GUARDED_MEDIUM,
            7,
            "usr_1",
            ISSUED,
            ISSUED.plusSeconds(60),
            Grant.AUDIENCE,
            Ed25519.keyId(KEYS.getPublic()));

    @Test
    void aSignedGrantIsReadBack() {
        assertThat(Grant.verified(GRANT.signedWith(KEYS.getPrivate()), KEYS.getPublic()))
                .isEqualTo(GRANT);
    }

    @Test
    void theSameGrantHasTheSameToken() {
        assertThat(GRANT.signedWith(KEYS.getPrivate())).isEqualTo(GRANT.signedWith(KEYS.getPrivate()));
    }

    @Test
    void aChangedBitAnywhereIsRefused() {
        String token = GRANT.signedWith(KEYS.getPrivate());
        for (int i = 0; i < token.length(); i++) {
            StringBuilder changed = new StringBuilder(token);
            changed.setCharAt(i, (char) (token.charAt(i) ^ (1 << (i % 7))));
            refused(() -> Grant.verified(changed.toString(), KEYS.getPublic()), "malformed", "signature");
        }
    }

    @Test
    void spareBitsOfTheEncodingMakeNoSecondToken() {
        String token = GRANT.signedWith(KEYS.getPrivate());
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int i = 0; i < alphabet.length(); i++) {
            String changed = token.substring(0, token.length() - 1) + alphabet.charAt(i);
            if (!changed.equals(token)) {
                refused(() -> Grant.verified(changed, KEYS.getPublic()), "malformed", "signature");
            }
        }
    }

    @Test
    void anotherKeyIsRefused() {
        String token = GRANT.signedWith(Ed25519.newKeyPair().getPrivate());

        refused(() -> Grant.verified(token, KEYS.getPublic()), "signature");
    }

    @Test
    void whatIsNoTokenIsRefused() {
        for (String text : List.of("fake", "", "sgr_", "sgr_.", "sgr_e30.AAAA", "sgr_" + "A".repeat(3000) + ".AA")) {
            refused(() -> Grant.verified(text, KEYS.getPublic()), "malformed", "signature");
        }
    }

    @Test
    void itIsForThatCallOnly() {
        GRANT.requireFor("file.write", ARGS, "usr_1", "pol_1", ISSUED);

        refused(() -> GRANT.requireFor("file.read", ARGS, "usr_1", "pol_1", ISSUED), "scope_mismatch");
        refused(() -> GRANT.requireFor("file.write", Map.of("path", "b"), "usr_1", "pol_1", ISSUED), "scope_mismatch");
        refused(() -> GRANT.requireFor("file.write", ARGS, "usr_2", "pol_1", ISSUED), "scope_mismatch");
        refused(() -> GRANT.requireFor("file.write", ARGS, "usr_1", "pol_2", ISSUED), "policy_changed");
    }

    @Test
    void itEndsWithItsMinute() {
        GRANT.requireFor("file.write", ARGS, "usr_1", "pol_1", ISSUED.plusMillis(59_999));

        refused(() -> GRANT.requireFor("file.write", ARGS, "usr_1", "pol_1", ISSUED.plusSeconds(60)), "expired");
    }

    @Test
    void theDigestDependsOnEveryPartButNotOnTheOrderOfArguments() {
        Map<String, Object> turned = new LinkedHashMap<>();
        turned.put("path", "todo.txt");
        turned.put("content", "hello");

        assertThat(CallDigest.of("file.write", turned, "usr_1", "pol_1")).isEqualTo(GRANT.digest());
        assertThat(List.of(
                        CallDigest.of("file.writf", ARGS, "usr_1", "pol_1"),
                        CallDigest.of("file.write", Map.of("path", "todo.txt"), "usr_1", "pol_1"),
                        CallDigest.of("file.write", ARGS, "usr_2", "pol_1"),
                        CallDigest.of("file.write", ARGS, "usr_1", "pol_2")))
                .doesNotContain(GRANT.digest())
                .doesNotHaveDuplicates();
    }

    @Test
    void theDigestIsTheOneOfTheContract() {
        // printf '{"args":{"n":1},"policy_version":"p","requester":"u","tool":"t"}' | sha256sum
        assertThat(CallDigest.of("t", Map.of("n", 1L), "u", "p"))
                .isEqualTo("94d20718ca2577096649794d5b98cfd83ea12219fa3e679a5db767a973a9c11b");
    }

    private static void refused(Runnable use, String... reasons) {
        assertThatThrownBy(use::run).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_APPROVAL);
            assertThat(e.details().get("reason")).isIn((Object[]) reasons);
        });
    }
}
