package io.sonia.openclaw.web;

import io.sonia.contracts.policy.NetworkAllowlist.Scheme;
import io.sonia.kernel.SoniaException;
import java.util.Locale;

/**
 * An absolute http or https URL (RFC 3986) in a narrow form: visible ASCII, no user part, a host name or a plain dotted
 * IPv4 address. What different parsers read differently is refused; a fragment is dropped.
 *
 * @param target path and query, as sent
 */
public record WebAddress(Scheme scheme, String host, int port, String target) {

    private static final int MAX_LENGTH = 4096;
    private static final int MAX_HOST = 253;
    private static final int MAX_LABEL = 63;

    /**
     * Reads a URL.
     *
     * @throws SoniaException URL_DENIED if it has another form
     */
    public static WebAddress parse(String url) {
        if (url.length() > MAX_LENGTH || url.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '\\')) {
            throw UrlRefusal.denied("form");
        }
        Scheme scheme = scheme(url);
        String rest = url.substring(url.indexOf(':') + 3);
        int end = endOfAuthority(rest);
        String authority = rest.substring(0, end);
        String after = rest.substring(end);
        int fragment = after.indexOf('#');
        String target = fragment < 0 ? after : after.substring(0, fragment);
        int colon = authority.indexOf(':');
        String host = (colon < 0 ? authority : authority.substring(0, colon)).toLowerCase(Locale.ROOT);
        checkHost(host);
        int port = colon < 0 ? defaultPort(scheme) : port(authority.substring(colon + 1));
        return new WebAddress(scheme, host, port, target.startsWith("/") ? target : "/" + target);
    }

    /** Host and port as the Host header has them. */
    public String authority() {
        return port == defaultPort(scheme) ? host : host + ":" + port;
    }

    @Override
    public String toString() {
        return scheme.name().toLowerCase(Locale.ROOT) + "://" + authority() + target;
    }

    private static Scheme scheme(String url) {
        for (Scheme each : Scheme.values()) {
            String start = each.name() + "://";
            if (url.regionMatches(true, 0, start, 0, start.length())) {
                return each;
            }
        }
        throw UrlRefusal.denied("scheme");
    }

    private static int endOfAuthority(String rest) {
        for (int i = 0; i < rest.length(); i++) {
            if ("/?#".indexOf(rest.charAt(i)) >= 0) {
                return i;
            }
        }
        return rest.length();
    }

    private static int defaultPort(Scheme scheme) {
        return scheme == Scheme.HTTPS ? 443 : 80;
    }

    private static int port(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = digits ? Integer.parseInt(text) : 0;
        if (port < 1 || port > 65_535 || text.startsWith("0")) {
            throw UrlRefusal.denied("form");
        }
        return port;
    }

    /** Names of letters, digits and hyphens (RFC 1123); a numeric last label is an address and must be a plain one. */
    private static void checkHost(String host) {
        if (host.isEmpty() || host.length() > MAX_HOST) {
            throw UrlRefusal.denied("host");
        }
        String[] labels = host.split("\\.", -1);
        for (String label : labels) {
            boolean sound = !label.isEmpty()
                    && label.length() <= MAX_LABEL
                    && !label.startsWith("-")
                    && !label.endsWith("-")
                    && label.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
            if (!sound) {
                throw UrlRefusal.denied("host");
            }
        }
        String last = labels[labels.length - 1];
        boolean numeric = last.chars().allMatch(Character::isDigit) || last.matches("0x[0-9a-f]*");
        if (numeric && !plainIpv4(labels)) {
            throw UrlRefusal.denied("host");
        }
    }

    private static boolean plainIpv4(String[] labels) {
        if (labels.length != 4) {
            return false;
        }
        for (String label : labels) {
            boolean plain = label.length() <= 3
                    && label.chars().allMatch(Character::isDigit)
                    && (label.length() == 1 || !label.startsWith("0"))
                    && Integer.parseInt(label) <= 255;
            if (!plain) {
                return false;
            }
        }
        return true;
    }
}
