package io.sonia.journal;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is signed of a chain: its name, how many entries it has and the root of their Merkle tree (C2SP tlog-checkpoint).
 *
 * @param origin names the chain in the world
 * @param root in hex
 */
public record Checkpoint(String origin, long size, String root) {

    private static final Pattern BODY = Pattern.compile("([^\n]+)\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n");

    /** The three lines that are signed. */
    public String text() {
        String base64 = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(root));
        return origin + "\n" + size + "\n" + base64 + "\n";
    }

    /** Reads the three lines; empty if they are no checkpoint of this form. */
    public static Optional<Checkpoint> parse(String text) {
        Matcher body = BODY.matcher(text);
        if (!body.matches()) {
            return Optional.empty();
        }
        byte[] root = Base64.getDecoder().decode(body.group(3));
        return Optional.of(new Checkpoint(
                body.group(1), Long.parseLong(body.group(2)), HexFormat.of().formatHex(root)));
    }
}
