package io.sonia.contracts;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.KeyMaterial;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Opaque marks of a place in a listing ordered by (time, id), newest first. A cursor is authenticated (HMAC-SHA-256,
 * 128 bits), belongs to one listing with one filter, and is good for 24 hours; inserts do not disturb it.
 */
public final class Cursors {

    /** A row's place in the order; the next page starts right after it. */
    public record Position(Instant time, String id) {}

    private static final Duration LIFE = Duration.ofHours(24);
    private static final int MAC_BYTES = 16;
    private static final int MAX_LENGTH = 512;
    private static final String VERSION = "1";
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final Supplier<byte[]> secret;
    private final Clock clock;
    private volatile @Nullable SecretKeySpec key;

    private Cursors(Supplier<byte[]> secret, Clock clock) {
        this.secret = secret;
        this.clock = clock;
    }

    /** Cursors under a key of their own. */
    public static Cursors under(byte[] key, Clock clock) {
        return new Cursors(() -> key, clock);
    }

    /** Cursors under the key that all services of one home share; it is read at the first use, not at start. */
    public static Cursors of(Home home, Clock clock) {
        return new Cursors(() -> KeyMaterial.derived(home, "cursor"), clock);
    }

    /**
     * Marks the place after a row.
     *
     * @param filter names the listing and everything that selects its rows, but not the page size
     */
    public String after(Position row, String filter) {
        String text = String.join(
                " ",
                VERSION,
                Long.toString(clock.now().toEpochMilli()),
                Long.toString(row.time().toEpochMilli()),
                row.id());
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        return ENCODER.encodeToString(payload) + "." + ENCODER.encodeToString(mac(payload, filter));
    }

    /**
     * Reads a cursor back; null for the first page.
     *
     * @throws SoniaException INVALID_CURSOR for one that is forged, of another listing or filter, or too old
     */
    public @Nullable Position read(@Nullable String cursor, String filter) {
        if (cursor == null) {
            return null;
        }
        int dot = cursor.indexOf('.');
        if (dot < 0 || cursor.length() > MAX_LENGTH) {
            throw invalid();
        }
        try {
            byte[] payload = Base64.getUrlDecoder().decode(cursor.substring(0, dot));
            byte[] given = Base64.getUrlDecoder().decode(cursor.substring(dot + 1));
            if (!MessageDigest.isEqual(given, mac(payload, filter))) {
                throw invalid();
            }
            String[] parts = new String(payload, StandardCharsets.UTF_8).split(" ", 4);
            Instant made = Instant.ofEpochMilli(Long.parseLong(parts[1]));
            if (!made.plus(LIFE).isAfter(clock.now())) {
                throw invalid();
            }
            return new Position(Instant.ofEpochMilli(Long.parseLong(parts[2])), parts[3]);
        } catch (IllegalArgumentException notBase64) {
            throw invalid();
        }
    }

    private byte[] mac(byte[] payload, String filter) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key());
            mac.update(payload);
            mac.update((byte) 0);
            return Arrays.copyOf(mac.doFinal(filter.getBytes(StandardCharsets.UTF_8)), MAC_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private SecretKeySpec key() {
        SecretKeySpec known = key;
        if (known == null) {
            known = new SecretKeySpec(secret.get(), "HmacSHA256");
            key = known;
        }
        return known;
    }

    private static SoniaException invalid() {
        return SoniaException.of(ErrorCode.INVALID_CURSOR);
    }
}
