package io.sonia.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Ids;
import io.sonia.kernel.Redactor;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CredentialTest {

    private static final String CHARACTERS =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. \u0000é";

    private final Ids ids = new Ids(new SecureRandom());

    @ParameterizedTest
    @EnumSource
    void issuedKeyIsReadBack(Credential.Kind kind) {
        Credential issued = Credential.issue(kind, ids);

        assertThat(Credential.parse(issued.text())).contains(issued);
        assertThat(issued.hash())
                .hasSize(64)
                .isNotEqualTo(Credential.issue(kind, ids).hash());
    }

    @Test
    void prefixTellsWhoseKeyItIs() {
        assertThat(Credential.issue(Credential.Kind.PERSON, ids).text())
                .matches("sk-sonia-[0-9a-f]{12}\\.[A-Za-z0-9_-]{43}[0-9a-f]{8}");
        assertThat(Credential.issue(Credential.Kind.SERVICE, ids).text()).startsWith("st-sonia-");
    }

    @ParameterizedTest
    @EnumSource
    void everyChangeOfOneCharacterIsNoticed(Credential.Kind kind) {
        Credential issued = Credential.issue(kind, ids);
        String text = issued.text();
        for (int at = 0; at < text.length(); at++) {
            for (int i = 0; i < CHARACTERS.length(); i++) {
                char c = CHARACTERS.charAt(i);
                if (c != text.charAt(at)) {
                    String changed = text.substring(0, at) + c + text.substring(at + 1);
                    assertThat(Credential.parse(changed)).as(changed).isEmpty();
                }
            }
        }
    }

    @Test
    void longerShorterAndForeignKeysAreRefused() {
        String text = Credential.issue(Credential.Kind.PERSON, ids).text();
        for (String other : List.of(
                "",
                "x",
                text + "0",
                " " + text,
                text + " ",
                text + "\n",
                text.substring(1),
                text + text,
                "sk-sonia-",
                text.toUpperCase(java.util.Locale.ROOT))) {
            assertThat(Credential.parse(other)).as(other).isEmpty();
        }
        for (int length = 0; length < text.length(); length++) {
            assertThat(Credential.parse(text.substring(0, length))).isEmpty();
        }
    }

    @Test
    void keyIsNeverPrintedByAccident() {
        Credential issued = Credential.issue(Credential.Kind.PERSON, ids);

        assertThat(issued.toString())
                .endsWith(".***")
                .doesNotContain(issued.text().substring(22));
        assertThat(Redactor.text("got " + issued.text())).isEqualTo("got [REDACTED:key]");
    }
}
