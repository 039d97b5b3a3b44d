package io.sonia.evaos.policy;

import io.sonia.kernel.json.CanonicalJson;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one call in the form in which rules see them: parsed, never as raw command or URL text. Paths are
 * relative to the workspace. What cannot be told for sure is a failure, and a failure denies the call.
 */
final class Arguments {

    private static final Set<String> PATHS = Set.of("path", "source", "destination", "cwd");
    private static final String PLAIN_WORD = "[A-Za-z0-9_.+-]+";
    private static final String HOME_DRIVE = "S:/";

    private final Map<String, @Nullable Object> args;
    private final Path workspace;

    Arguments(Map<String, @Nullable Object> args, Path workspace) {
        this.args = args;
        this.workspace = workspace;
    }

    /**
     * The text of an argument, or of {@code argv0} and {@code host}; empty if the call does not have it.
     *
     * @throws IllegalArgumentException if it has no certain form
     */
    Optional<String> text(String name) {
        return switch (name) {
            case "argv0" -> program();
            case "host" -> text("url").map(Arguments::host);
            default -> Optional.ofNullable(args.get(name)).map(value -> scalar(name, value));
        };
    }

    private String scalar(String name, Object value) {
        return switch (value) {
            case String text -> PATHS.contains(name) ? path(text) : text;
            case Long number -> canonical(number);
            case Double number -> canonical(number);
            case Boolean truth -> truth.toString();
            default -> throw new IllegalArgumentException(name + " is neither text, number nor truth value");
        };
    }

    private static String canonical(Number number) {
        return new String(CanonicalJson.bytes(number), StandardCharsets.UTF_8);
    }

    /** The first word, which must be a bare program name: quotes, escapes and paths could name the same program twice. */
    private Optional<String> program() {
        Object first = args.get("argv") instanceof List<?> list && !list.isEmpty() ? list.getFirst() : null;
        if (first == null && args.get("command") instanceof String command) {
            first = command.strip().split("\\s+", 2)[0];
        }
        if (first == null && !args.containsKey("argv") && !args.containsKey("command")) {
            return Optional.empty();
        }
        if (first instanceof String word && word.matches(PLAIN_WORD)) {
            return Optional.of(word);
        }
        throw new IllegalArgumentException("the command does not start with a plain program name");
    }

    private static String host(String url) {
        try {
            String host = new URI(url).getHost();
            if (host != null) {
                return host.toLowerCase(Locale.ROOT);
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the url is not well formed", e);
        }
        throw new IllegalArgumentException("the url names no host");
    }

    private String path(String text) {
        String slashes = text.replace('\\', '/');
        if (slashes.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the path holds a NUL");
        }
        if (slashes.startsWith(HOME_DRIVE)) {
            slashes = workspace.getParent() + "/" + joined(slashes.substring(HOME_DRIVE.length()));
        }
        String prefix = workspace + "/";
        if (slashes.startsWith("/")) {
            String absolute = "/" + joined(slashes);
            return (absolute + "/").startsWith(prefix)
                    ? joined(absolute.substring(workspace.toString().length()))
                    : absolute;
        }
        return joined(slashes);
    }

    /** The parts without blanks, dots and what a double dot takes back; climbing above the start is a failure. */
    private static String joined(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                if (parts.isEmpty()) {
                    throw new IllegalArgumentException("the path leaves its start");
                }
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }
}
