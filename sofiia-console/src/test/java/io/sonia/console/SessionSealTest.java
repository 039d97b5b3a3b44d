package io.sonia.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Ids;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SessionSealTest {

    private static final SessionSeal.Opened SESSION = new SessionSeal.Opened("bro_1", "sk-sonia-secret");

    private final Ids ids = new Ids(new SecureRandom());
    private final byte[] key = ids.bytes(32);
    private final SessionSeal seal = new SessionSeal(() -> key, ids);

    @Test
    void whatIsSealedOpensWithItsPage() {
        String sealed = seal.seal(SESSION, "page");
        assertThat(sealed).matches("[A-Za-z0-9_-]+");
        assertThat(seal.open(sealed, "page")).contains(SESSION);
        assertThat(seal.seal(SESSION, "page")).isNotEqualTo(sealed);
    }

    @Test
    void neitherHalfOpensAlone() {
        String sealed = seal.seal(SESSION, "page");
        assertThat(seal.open(sealed, "another")).isEmpty();
        assertThat(seal.open(sealed, "")).isEmpty();
        assertThat(seal.open("", "page")).isEmpty();
    }

    @Test
    void anotherInstallationCannotOpenIt() {
        byte[] other = ids.bytes(32);
        assertThat(new SessionSeal(() -> other, ids).open(seal.seal(SESSION, "page"), "page"))
                .isEmpty();
    }

    @Test
    void oneBitMakesItWorthless() {
        byte[] sealed = Base64.getUrlDecoder().decode(seal.seal(SESSION, "page"));
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(changed);
            assertThat(seal.open(text, "page")).as("bit %d", bit).isEmpty();
        }
    }

    @Test
    void nonsenseIsNothing() {
        for (String each : new String[] {"====", "a", "!!", "x".repeat(5_000), "\u0000"}) {
            assertThat(seal.open(each, "page")).as(each).isEmpty();
        }
    }
}
