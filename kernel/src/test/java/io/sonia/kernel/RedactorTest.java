package io.sonia.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {

    private static final String RANDOM = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kM9";

    /** What secrets and their surroundings are made of. */
    private static final List<String> PARTS = List.of(
            "password",
            "token",
            "=",
            ":",
            "\"",
            "'",
            " ",
            "\n",
            "\\",
            "@",
            ".",
            "-",
            "+",
            "4111 1111 1111 1111",
            "555-123-4567",
            "a@b.cc",
            "://",
            "sk-proj-" + RANDOM,
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi",
            "Bearer ",
            RANDOM,
            "-----BEGIN PRIVATE KEY-----",
            "-----END PRIVATE KEY-----",
            "Cookie",
            "1",
            "[REDACTED:key]");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "key sk-sonia-1a2b3c4d5e6f.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-ABCDE01234567 end"
                        + "| key [REDACTED:key] end",
                "st-sonia-1a2b3c4d5e6f.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-ABCDE01234567 | [REDACTED:key]",
                "sk-proj-aB3dE6gH9jK2mN5pQ8sT | [REDACTED:key]",
                "sk-ant-api03-aB3dE6gH9jK2mN5pQ8sT | [REDACTED:key]",
                "x=gsk_aB3dE6gH9jK2mN5pQ8sT | x=[REDACTED:key]",
                "AIzaSyA1234567890abcdefghijklmnopqrstuv | [REDACTED:key]",
                "hf_aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6 | [REDACTED:key]",
                "ghp_aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6 | [REDACTED:key]",
                "AKIAIOSFODNN7EXAMPLE | [REDACTED:key]",
                "grant sgr_eyJhdWRpZW5jZSI6Im9wZW5jbGF3In0.c2lnbmF0dXJl ok | grant [REDACTED:key] ok",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl | [REDACTED:jwt]",
                "ls --sk-proj-aB3dE6gH9jK2mN5pQ8sT | ls --[REDACTED:key]",
                "Proxy-Authorization: Basic dXNlcjpwYXNz | Proxy-Authorization: [REDACTED:secret]",
                "curl --Authorization: Bearer abc123def456 | curl --Authorization: [REDACTED:secret]",
                "Bearer abc123def456 | Bearer [REDACTED:bearer]",
                "bearer abcdefghijklmnopqrstuvwxyz | bearer [REDACTED:bearer]",
                "postgres://user:hunter2@db:5432/x | postgres://[REDACTED:connection]@db:5432/x",
                "redis://:hunter2@host/0 | redis://[REDACTED:connection]@host/0",
                "mail to jane.doe+x@example.co.uk. | mail to [REDACTED:email].",
                "card 4111 1111 1111 1111, 12/27 | card [REDACTED:card], 12/27",
                "4111111111111111 | [REDACTED:card]",
                "5500-0000-0000-0004 | [REDACTED:card]",
                "3782 822463 10005 | [REDACTED:card]",
                "ssn 078-05-1120 | ssn [REDACTED:national_id]",
                "call +49 170 1234567 now | call [REDACTED:phone] now",
                "+1 (555) 123-4567 | [REDACTED:phone]",
                "(555) 123-4567 | [REDACTED:phone]",
                "555-123-4567 | [REDACTED:phone]",
                "password=hunter2 and more | password=[REDACTED:secret] and more",
                "db_password: hunter2 | db_password: [REDACTED:secret]",
                "{\"apiKey\":\"hunter2\",\"x\":1} | {\"apiKey\":\"[REDACTED:secret]\",\"x\":1}",
                "?access_token=hunter2&x=1 | ?access_token=[REDACTED:secret]&x=1",
                "Cookie: a=hunter2; b=hunter2 | Cookie: [REDACTED:secret]",
                "Authorization: Basic aHVudGVyMg== | Authorization: [REDACTED:secret]",
                "pin_password=1234 | pin_password=[REDACTED:secret]",
            })
    void secretIsRemovedAndTheRestStays(String given, String expected) {
        assertThat(Redactor.text(given.strip())).isEqualTo(expected.strip());
    }

    @Test
    void privateKeyBlockIsRemovedWhole() {
        String block = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----";

        assertThat(Redactor.text("a " + block + " b " + block + " c"))
                .isEqualTo("a [REDACTED:private_key] b [REDACTED:private_key] c");
        assertThat(Redactor.text("a -----BEGIN PRIVATE KEY-----\nMIIE cut off")).isEqualTo("a [REDACTED:private_key]");
        assertThat(Redactor.text("-----BEGIN CERTIFICATE-----\nMIIE")).contains("MIIE");
    }

    @Test
    void keyInQuotedJsonIsFoundAfterAnEscapedLineBreak() {
        assertThat(Redactor.text("line\\nsk-proj-" + RANDOM)).isEqualTo("line\\n[REDACTED:key]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "The tool ran",
                "act_5f1c2b3a4d5e6f7a8b9c0d1e",
                "ui-5f1c2b3a4d5e6f7a8b9c0d1e",
                "task-0123456789abcdef0123456789",
                "req_000000000000000000000000 and req_111111111111111111111111",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "2026-01-31T12:00:00.000Z",
                "2026-01-31T12:00:00.000+02:00",
                "1795254000123-00000",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "77b472a6-9443-4147-aad6-819f99c86629",
                "11111111-1111-4111-1111-111111111111",
                "1795254000123",
                "1795254000123456789",
                "duration_ms=0.4111111111111111 rows=12345678",
                "http://127.0.0.1:7080/v1/turn?limit=50",
                "10.200.30.40:7000",
                "file /data/memory/sonia.db, 4.7.0-dev, ETA 12:30-14:45",
                "fence_token=5 prompt_tokens: 1200 token_count=55",
                "Unexpected token: '}'",
                "basic authentication, bearer credentials",
                "jackson-core@3.2.4",
                "idempotency_key=order-2026-01",
                "key_id: 0123456789abcdef",
                "555-1234",
                "order 4111 1111 1111 1112 and 4111111111111112",
            })
    void ordinaryTextIsNotTouched(String text) {
        assertThat(Redactor.text(text)).isSameAs(text);
        assertThat(Redactor.holdsSecret(text)).isFalse();
    }

    @Test
    void idsAndDigestsStayWhole() {
        List<String> prefixes = List.of("req_", "ses_", "act_", "apr_", "gnt_", "tsk_", "usr_", "mem_", "ui-", "");
        Cases.each(2_000, random -> {
            String prefix = prefixes.get(random.nextInt(prefixes.size()));
            String digits = HexFormat.of().formatHex(bytes(random, 32));
            String text = "found " + (prefix.isEmpty() ? digits : prefix + digits.substring(0, 24)) + " here";

            assertThat(Redactor.text(text)).isEqualTo(text);
        });
    }

    @Test
    void everyIssuedKeyIsRemoved() {
        Cases.each(1_000, random -> {
            String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(random, 48));
            int next = random.nextInt();

            assertThat(Redactor.text("given sk-sonia-1a2b3c4d5e6f." + secret + "\nnext " + next))
                    .isEqualTo("given [REDACTED:key]\nnext " + next);
        });
    }

    @Test
    void anyTextCanBeRedacted() {
        Cases.each(3_000, random -> {
            String text = Stream.generate(() -> PARTS.get(random.nextInt(PARTS.size())))
                    .limit(random.nextInt(13))
                    .collect(Collectors.joining());

            assertThat(Redactor.text(text)).as(text).hasSizeLessThanOrEqualTo(3 * text.length() + 30);
        });
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void mapLosesSecretsByNameAndByForm() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("password", "hunter2");
        map.put("fence_token", 5L);
        map.put("fence-token-count", 6L);
        map.put("prompt_tokens", 7L);
        map.put("token", 12345L);
        map.put("approvalToken", "abc");
        map.put("note", "Bearer abc123def456");
        map.put("none", null);
        map.put("ok", true);
        map.put(
                "nested",
                Map.of("cookie", List.of("a", "b"), "list", List.of("x@example.org", 1L, Map.of("pwd", "p"))));

        assertThat(Redactor.map(map))
                .hasToString("{password=[REDACTED:secret], fence_token=5, fence-token-count=6, prompt_tokens=7,"
                        + " token=[REDACTED:secret], approvalToken=[REDACTED:secret],"
                        + " note=Bearer [REDACTED:bearer], none=null, ok=true,"
                        + " nested="
                        + Redactor.map(Map.of("nested", map.get("nested"))).get("nested") + "}");
        assertThat(String.valueOf(Redactor.map(map).get("nested")))
                .contains("cookie=[REDACTED:secret]", "[REDACTED:email], 1, {pwd=[REDACTED:secret]}");
    }

    @Test
    void personalDataIsNoSecret() {
        assertThat(Redactor.holdsSecret("jane@example.org 4111 1111 1111 1111")).isFalse();
        assertThat(Redactor.holdsSecret("password=hunter2")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eyJ",
                "eyJaaaaaaaaa.",
                "bearer ",
                "bearer a",
                "@",
                "a@",
                "a.b@c.",
                "=",
                "password=",
                "token=\"",
                "authorization: [REDACTED: ",
                "-----BEGIN PRIVATE KEY-----",
                "-----",
                "1-",
                "+1 ",
                "+1",
                "://",
                "x://a:b",
                "sk-",
                "sk-aaaaaaaaaaaaaaaa",
                "4111 ",
                "4111-1111-1111-1111-",
                "\"",
                "\\n",
                "a",
                "_",
                "(555) "
            })
    void timeIsLinearInTheText(String part) {
        String text = part.repeat(100_000 / part.length());

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatCode(() -> Redactor.text(text)).doesNotThrowAnyException());
    }
}
