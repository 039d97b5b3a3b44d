package io.sonia.openclaw.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Places inside the roots that tools may not touch: subtrees below SONIA_HOME ({@code data/sessions/}) and names
 * anywhere ({@code *.db*}). Capital letters make no difference, because on some file systems they do not.
 */
final class ProtectedPaths {

    private final Path home;
    private final List<List<String>> subtrees = new ArrayList<>();
    private final List<Pattern> names = new ArrayList<>();

    /** Patterns that end in a slash are subtrees, others are names in which {@code *} stands for any text. */
    ProtectedPaths(Path home, List<String> patterns) {
        this.home = home;
        for (String pattern : patterns) {
            if (pattern.endsWith("/")) {
                subtrees.add(lower(Stream.of(pattern.split("/"))));
            } else {
                String regex =
                        Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
                names.add(Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL));
            }
        }
    }

    /** True if the path is one of them or below one. */
    boolean covers(Path absolute) {
        List<String> parts = belowHome(absolute);
        boolean inSubtree = subtrees.stream().anyMatch(each -> startsWith(parts, each));
        return inSubtree || Stream.of(strings(absolute)).anyMatch(this::name);
    }

    /** True if a name is protected wherever it is. */
    boolean name(String name) {
        return names.stream().anyMatch(each -> each.matcher(name).matches());
    }

    /** True if something below the path is a protected subtree. */
    boolean below(Path absolute) {
        List<String> parts = belowHome(absolute);
        boolean around = home.startsWith(absolute);
        return around || (absolute.startsWith(home) && subtrees.stream().anyMatch(each -> startsWith(each, parts)));
    }

    /** The protected subtrees below the path. */
    List<Path> subtreesBelow(Path absolute) {
        return subtrees.stream()
                .map(each -> home.resolve(String.join("/", each)))
                .filter(each -> each.startsWith(absolute))
                .toList();
    }

    private List<String> belowHome(Path absolute) {
        return absolute.startsWith(home) ? lower(Stream.of(strings(home.relativize(absolute)))) : List.of();
    }

    private static boolean startsWith(List<String> parts, List<String> start) {
        return parts.size() >= start.size() && parts.subList(0, start.size()).equals(start);
    }

    private static List<String> lower(Stream<String> parts) {
        return parts.map(each -> each.toLowerCase(Locale.ROOT)).toList();
    }

    private static String[] strings(Path path) {
        String[] strings = new String[path.getNameCount()];
        for (int i = 0; i < strings.length; i++) {
            strings[i] = path.getName(i).toString();
        }
        return strings;
    }
}
