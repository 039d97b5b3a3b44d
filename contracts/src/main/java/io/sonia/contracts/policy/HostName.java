package io.sonia.contracts.policy;

import java.net.IDN;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A host name in the one form in which it is compared: lower-case ASCII labels (RFC 3490), no dot at the end. */
public final class HostName {

    private static final int MAX_LENGTH = 253;
    private static final int MAX_LABEL = 63;
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");
    private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5]");
    private static final Pattern PATTERN_LABEL = Pattern.compile("[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?");

    private HostName() {}

    /**
     * The labels of a host name.
     *
     * @throws IllegalArgumentException if it is no host name
     */
    public static List<String> labels(String host) {
        if (host.length() > MAX_LENGTH) {
            throw refused();
        }
        String ascii = IDN.toASCII(Normalizer.normalize(host, Normalizer.Form.NFKC), IDN.USE_STD3_ASCII_RULES)
                .toLowerCase(Locale.ROOT);
        String bare = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        List<String> labels = List.of(bare.split("\\.", -1));
        boolean sound = bare.length() <= MAX_LENGTH
                && labels.stream()
                        .allMatch(each -> each.length() <= MAX_LABEL
                                && LABEL.matcher(each).matches())
                && (!NUMBER.matcher(labels.getLast()).matches() || plainAddress(labels));
        if (!sound) {
            throw refused();
        }
        return labels;
    }

    /** The one way of writing an IPv4 address that all parsers read alike: four plain decimal numbers. */
    private static boolean plainAddress(List<String> labels) {
        return labels.size() == 4
                && labels.stream().allMatch(each -> OCTET.matcher(each).matches());
    }

    /**
     * A pattern over labels.
     *
     * @throws IllegalArgumentException if it can match no host name
     */
    public static Glob pattern(String text) {
        List<String> parts = new ArrayList<>();
        for (String part : text.split("\\.", -1)) {
            if (OCTET.matcher(part).matches()) {
                parts.add(part);
            } else if (part.indexOf('*') < 0) {
                parts.addAll(labels(part));
            } else if (PATTERN_LABEL.matcher(part).matches()) {
                parts.add(part);
            } else {
                throw refused();
            }
        }
        return new Glob(parts);
    }

    private static IllegalArgumentException refused() {
        return new IllegalArgumentException("not a host name");
    }
}
