package io.sonia.evaos.policy;

import io.sonia.contracts.openclaw.CommandLine;
import io.sonia.contracts.policy.HostName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.CanonicalJson;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one call in the form in which rules see them: parsed, never as raw command or URL text. Paths are
 * relative to the workspace. What cannot be told for sure is a failure, and a failure denies the call.
 */
final class Arguments {

    /** Neither a command nor a host name has no parts. */
    private static final List<String> NONE = List.of();

    private static final Set<String> PATHS = Set.of("path", "source", "destination", "cwd");
    private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9_.+-]+");
    private static final Pattern CLIMBING = Pattern.compile("(.*[/\\\\=])?\\.\\.([/\\\\].*)?", Pattern.DOTALL);
    private static final String HOME_DRIVE = "S:/";

    private final Map<String, @Nullable Object> args;
    private final Path workspace;
    // Many rules look at the same call: each part is parsed once.
    private final Map<String, @Nullable String> texts = new HashMap<>();
    private @Nullable List<String> words;
    private @Nullable List<String> host;
    private boolean climbless;

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
        if (!texts.containsKey(name)) {
            texts.put(name, read(name).orElse(null));
        }
        return Optional.ofNullable(texts.get(name));
    }

    private Optional<String> read(String name) {
        return switch (name) {
            case "argv0" -> words().map(Arguments::program);
            case "host" -> host().map(labels -> String.join(".", labels));
            default -> Optional.ofNullable(args.get(name)).map(value -> scalar(name, value));
        };
    }

    /**
     * The labels of the host that a URL names; empty if the call has no URL.
     *
     * @throws IllegalArgumentException if it names none, or none with a certain form
     */
    Optional<List<String>> host() {
        List<String> known = host;
        if (known == null) {
            known = text("url").map(Arguments::hostOf).map(HostName::labels).orElse(NONE);
            host = known;
        }
        return known.isEmpty() ? Optional.empty() : Optional.of(known);
    }

    /**
     * The words of a command as the executor splits them; empty if the call has no command.
     *
     * @throws IllegalArgumentException if it cannot be split, or does not consist of words
     */
    Optional<List<String>> words() {
        List<String> known = words;
        if (known == null) {
            known = readWords().orElse(NONE);
            words = known;
        }
        return known.isEmpty() ? Optional.empty() : Optional.of(known);
    }

    private Optional<List<String>> readWords() {
        Object argv = args.get("argv");
        Object command = args.get("command");
        if (argv == null && command == null) {
            return Optional.empty();
        }
        if (argv != null && command != null) {
            throw new IllegalArgumentException("the call has both a command and an argv");
        }
        return Optional.of(argv == null ? split(command) : listed(argv));
    }

    /**
     * As {@link #words}, where no word climbs out of a folder it names: such a word names another place than it shows.
     *
     * @throws IllegalArgumentException as there, and if one does
     */
    Optional<List<String>> certainWords() {
        Optional<List<String>> given = words();
        if (!climbless && given.orElse(List.of()).stream().anyMatch(CLIMBING.asMatchPredicate())) {
            throw new IllegalArgumentException("a word of the command holds a path with a double dot");
        }
        climbless = true;
        return given;
    }

    private static List<String> split(@Nullable Object command) {
        if (command instanceof String text) {
            try {
                return CommandLine.split(text);
            } catch (SoniaException unreadable) {
                throw new IllegalArgumentException("the command is not one plain command", unreadable);
            }
        }
        throw new IllegalArgumentException("the command is no text");
    }

    private static List<String> listed(Object argv) {
        List<String> words = new ArrayList<>();
        if (argv instanceof List<?> list) {
            for (Object each : list) {
                if (!(each instanceof String word)) {
                    throw new IllegalArgumentException("the argv holds something that is no text");
                }
                words.add(word);
            }
        }
        if (words.isEmpty()) {
            throw new IllegalArgumentException("the argv is no list of words");
        }
        return words;
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

    /** The first word, which must be a bare program name: a path could name the same program twice. */
    private static String program(List<String> words) {
        if (PLAIN_WORD.matcher(words.getFirst()).matches()) {
            return words.getFirst();
        }
        throw new IllegalArgumentException("the command does not start with a plain program name");
    }

    private static String hostOf(String url) {
        try {
            String host = new URI(url).getHost();
            if (host != null) {
                return host;
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
