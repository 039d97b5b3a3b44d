package io.sonia.openclaw.shell;

import io.sonia.openclaw.shell.Arguments.Paths;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The arguments of {@code find}: where to start, then tests and ways to print. What runs a program, deletes, writes a
 * file or follows links is not among them.
 */
final class FindExpression {

    private static final Set<String> ALONE = Set.of(
            "-P",
            "-print",
            "-print0",
            "-ls",
            "-empty",
            "-prune",
            "-quit",
            "-depth",
            "-mount",
            "-xdev",
            "-not",
            "!",
            "-a",
            "-o",
            "-and",
            "-or",
            "-true",
            "-false",
            "(",
            ")",
            "-daystart",
            "-readable",
            "-writable",
            "-executable",
            "-nouser",
            "-nogroup");
    private static final Set<String> WITH_TEXT = Set.of(
            "-name",
            "-iname",
            "-path",
            "-ipath",
            "-wholename",
            "-iwholename",
            "-regex",
            "-iregex",
            "-regextype",
            "-type",
            "-size",
            "-mtime",
            "-mmin",
            "-atime",
            "-amin",
            "-ctime",
            "-cmin",
            "-perm",
            "-user",
            "-group",
            "-maxdepth",
            "-mindepth",
            "-links",
            "-inum",
            "-printf");
    private static final Set<String> WITH_PATH = Set.of("-newer", "-anewer", "-cnewer", "-samefile");

    private FindExpression() {}

    static List<String> checked(List<String> given, Paths paths) {
        Deque<String> left = new ArrayDeque<>(given);
        List<String> checked = new ArrayList<>();
        while (!left.isEmpty() && !startsExpression(left.element())) {
            checked.add(paths.spelled(left.remove()));
        }
        paths.requireNothingProtectedBelow();
        while (!left.isEmpty()) {
            String word = left.remove();
            checked.add(word);
            if (WITH_TEXT.contains(word)) {
                checked.add(value(word, left));
            } else if (WITH_PATH.contains(word)) {
                checked.add(paths.spelled(value(word, left)));
            } else if (!ALONE.contains(word)) {
                throw CommandRefusal.argument("find", word);
            }
        }
        return checked;
    }

    private static String value(String test, Deque<String> left) {
        if (left.isEmpty()) {
            throw CommandRefusal.argument("find", test);
        }
        return left.remove();
    }

    private static boolean startsExpression(String word) {
        return word.startsWith("-") || word.equals("(") || word.equals("!");
    }
}
