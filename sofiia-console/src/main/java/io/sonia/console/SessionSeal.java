package io.sonia.console;

import io.sonia.kernel.Ids;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a browser keeps of a session: its id and the person's key, sealed (AES-256-GCM, NIST SP 800-38D) under a key of
 * this installation and bound to what the page has. A server on another port of this machine is sent the cookie too, and
 * can do nothing with it.
 */
final class SessionSeal {

    /** What was sealed. */
    record Opened(String sessionId, String key) {}

    private static final int IV_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int MAX_LENGTH = 1024;

    private final Supplier<byte[]> secret;
    private final Ids ids;

    SessionSeal(Supplier<byte[]> secret, Ids ids) {
        this.secret = secret;
        this.ids = ids;
    }

    String seal(Opened session, String page) {
        byte[] iv = ids.bytes(IV_BYTES);
        byte[] text = (session.sessionId() + " " + session.key()).getBytes(StandardCharsets.US_ASCII);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, iv, page).doFinal(text);
            byte[] all = Arrays.copyOf(iv, iv.length + sealed.length);
            System.arraycopy(sealed, 0, all, iv.length, sealed.length);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /** Empty if it was not sealed here, or not with this page. */
    Optional<Opened> open(String sealed, String page) {
        if (sealed.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            byte[] all = Base64.getUrlDecoder().decode(sealed);
            if (all.length <= IV_BYTES) {
                return Optional.empty();
            }
            byte[] text = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(all, IV_BYTES), page)
                    .doFinal(all, IV_BYTES, all.length - IV_BYTES);
            String[] parts = new String(text, StandardCharsets.US_ASCII).split(" ", 2);
            return Optional.of(new Opened(parts[0], parts[1]));
        } catch (GeneralSecurityException | IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, byte[] iv, String page) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(secret.get(), "AES"), new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(page.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
