package io.sonia.kernel.identity;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The Ed25519 key with which an installation signs what leaves it: checkpoints of its chains and incident bundles. It is
 * replaced by rotation; the public keys of all that ever were stay in one file.
 *
 * @param publicKeys for checkpoints, the first one first
 */
public record NotaryKeys(PrivateKey signingKey, List<NoteKey> publicKeys) {

    private static final String PURPOSE = "sonia notary signing key";
    private static final byte[] PROBE = PURPOSE.getBytes(StandardCharsets.US_ASCII);
    private static final String NAME = "sonia/";
    private static final String BUNDLE = "/bundle";
    private static final int INSTALLATION_DIGITS = 16;
    private static final int MAX_KEYS = 64;

    public NotaryKeys {
        publicKeys = List.copyOf(publicKeys);
    }

    /** Makes the first key of an installation that has none yet. */
    static void create(Home home, RootKey root, Ids ids) throws IOException {
        KeyPair pair = Ed25519.newKeyPair();
        NoteKey unnamed = new NoteKey("", pair.getPublic());
        String installation = Sha256.hex(unnamed.bytes()).substring(0, INSTALLATION_DIGITS);
        root.seal(home.notaryKey(), PURPOSE, pair.getPrivate(), ids);
        write(home, List.of(unnamed.named(NAME + installation)));
    }

    /** Makes the first key where the installation is older than notaries. */
    public static void ensure(Home home, Ids ids) {
        boolean sealed = home.notaryKey().toFile().exists();
        boolean published = home.notaryPublicKeys().toFile().exists();
        if (sealed || published) {
            return;
        }
        try {
            create(home, RootKey.read(home), ids);
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.AUTH_UNAVAILABLE, e);
        }
    }

    /**
     * Reads the key EVA-OS signs with.
     *
     * @throws SoniaException AUTH_UNAVAILABLE naming the file that is missing, malformed, readable by others or no part
     *     of this set, and the cure
     */
    public static NotaryKeys load(Home home) {
        PrivateKey signingKey = RootKey.read(home).open(home.notaryKey(), PURPOSE);
        byte[] signed = Ed25519.sign(signingKey, PROBE);
        List<NoteKey> keys = published(home);
        // A rotation that was interrupted has published a key that never came into use.
        for (int count = keys.size(); count > 0; count--) {
            if (Ed25519.verify(keys.get(count - 1).key(), PROBE, signed)) {
                return new NotaryKeys(signingKey, keys.subList(0, count));
            }
        }
        throw SecretFile.refused(home.notaryPublicKeys(), "does not hold the key that is in use", RootKey.CURE);
    }

    /**
     * Reads the public keys for checkpoints, which every service checks its external head with.
     *
     * @throws SoniaException AUTH_UNAVAILABLE as {@link #load}
     */
    public static List<NoteKey> published(Home home) {
        String text = new String(SecretFile.read(home.notaryPublicKeys(), RootKey.CURE), StandardCharsets.UTF_8);
        List<NoteKey> keys = new ArrayList<>();
        for (String line : text.lines().filter(each -> !each.isBlank()).toList()) {
            Optional<NoteKey> key = NoteKey.parse(line);
            if (key.isEmpty()) {
                throw SecretFile.refused(home.notaryPublicKeys(), "holds a line that is no key", RootKey.CURE);
            }
            if (!key.get().name().endsWith(BUNDLE)) {
                keys.add(key.get());
            }
        }
        if (keys.isEmpty()) {
            throw SecretFile.refused(home.notaryPublicKeys(), "holds no key", RootKey.CURE);
        }
        return keys;
    }

    /**
     * Puts a new key into the place of the one in use.
     *
     * @throws SoniaException AUTH_UNAVAILABLE if it cannot be written, INVALID_STATE after very many rotations
     */
    public static NotaryKeys rotate(Home home, Ids ids) {
        NotaryKeys before = load(home);
        if (before.publicKeys().size() >= MAX_KEYS) {
            throw SoniaException.of(ErrorCode.INVALID_STATE, "There are too many keys")
                    .with("limit", MAX_KEYS);
        }
        KeyPair pair = Ed25519.newKeyPair();
        List<NoteKey> keys = new ArrayList<>(before.publicKeys());
        keys.add(new NoteKey(before.name(), pair.getPublic()));
        try {
            write(home, keys);
            RootKey.read(home).seal(home.notaryKey(), PURPOSE, pair.getPrivate(), ids);
            return new NotaryKeys(pair.getPrivate(), keys);
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.AUTH_UNAVAILABLE, e);
        }
    }

    /** The key in use. */
    public NoteKey current() {
        return publicKeys.getLast();
    }

    /** {@code sonia/} and what tells this installation from others. */
    public String name() {
        return publicKeys.getFirst().name();
    }

    /** Signs a checkpoint. */
    public SignedNote sign(String text) {
        return SignedNote.sign(text, current(), signingKey);
    }

    /** Signs the manifest of an incident bundle: the line of its signature. */
    public String signBundle(String manifest) {
        NoteKey key = current().named(name() + BUNDLE);
        return SignedNote.sign(manifest, key, signingKey).signatures();
    }

    /** True if one of these keys for checkpoints has signed the manifest of a bundle. */
    public static boolean signedBundle(List<NoteKey> keys, String manifest, String signature) {
        return new SignedNote(manifest, signature)
                .signer(keys.stream().map(key -> key.named(key.name() + BUNDLE)).toList())
                .isPresent();
    }

    /** The keys for checkpoints among these lines; lines that are no keys are passed over. */
    public static List<NoteKey> read(String lines) {
        return lines.lines()
                .map(NoteKey::parse)
                .flatMap(Optional::stream)
                .filter(key -> !key.name().endsWith(BUNDLE))
                .toList();
    }

    private static void write(Home home, List<NoteKey> keys) throws IOException {
        String lines = keys.stream()
                .flatMap(key -> List.of(key, key.named(key.name() + BUNDLE)).stream())
                .map(key -> key.text() + "\n")
                .collect(Collectors.joining());
        SecretFile.write(home.notaryPublicKeys(), lines.getBytes(StandardCharsets.UTF_8));
    }
}
