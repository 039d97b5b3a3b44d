package io.sonia.openclaw.shell;

import static io.sonia.openclaw.shell.ArgumentRules.Operands.ANYTHING;
import static io.sonia.openclaw.shell.ArgumentRules.Operands.FIND;
import static io.sonia.openclaw.shell.ArgumentRules.Operands.FORMAT;
import static io.sonia.openclaw.shell.ArgumentRules.Operands.NONE;
import static io.sonia.openclaw.shell.ArgumentRules.Operands.PATHS;
import static io.sonia.openclaw.shell.ArgumentRules.Operands.PATTERN_AND_PATHS;
import static io.sonia.openclaw.shell.ArgumentRules.Operands.REVISIONS;
import static io.sonia.openclaw.shell.ArgumentRules.Operands.TEXT;
import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;

/** The programs that are known and what each may be told. None of these options runs, writes or follows anything. */
final class Programs {

    private static final Map<String, ArgumentRules> TABLE = Map.ofEntries(
            entry(
                    "cat",
                    ArgumentRules.of(
                            PATHS,
                            "AbeEnstTuv --number --number-nonblank --show-all --show-ends --show-tabs"
                                    + " --show-nonprinting --squeeze-blank")),
            entry(
                    "date",
                    ArgumentRules.of(FORMAT, "uRI -d: --date: --utc --universal --rfc-email --iso-8601? --rfc-3339:")),
            entry(
                    "df",
                    ArgumentRules.of(
                            PATHS,
                            "ahHiklPT -t: -x: --all --human-readable --inodes --local --total --type: --output?")),
            entry(
                    "du",
                    ArgumentRules.of(
                            PATHS,
                            "0abchkmsSx -d: --all --apparent-size --bytes --human-readable --max-depth: --summarize"
                                    + " --total --exclude:")),
            entry("echo", ArgumentRules.of(ANYTHING, "")),
            entry("find", ArgumentRules.of(FIND, "")),
            entry(
                    "grep",
                    ArgumentRules.of(
                            PATTERN_AND_PATHS,
                            "EFGPiyvwxcLlqsbHhnoTUaIr -e: -f/ -m: -A: -B: -C: --regexp: --file/ --extended-regexp --fixed-strings"
                                    + " --ignore-case --invert-match --word-regexp --line-regexp --count"
                                    + " --files-with-matches --files-without-match --max-count: --only-matching --quiet"
                                    + " --line-number --with-filename --no-filename --after-context: --before-context:"
                                    + " --context: --text --recursive --include: --exclude: --exclude-dir: --color?")),
            entry("head", ArgumentRules.of(PATHS, "0123456789qvz -n: -c: --lines: --bytes: --quiet --verbose")),
            entry("hostname", ArgumentRules.of(NONE, "sI --short --all-ip-addresses")),
            entry("id", ArgumentRules.of(TEXT, "ugGnrz --user --group --groups --name --real")),
            entry(
                    "ls",
                    ArgumentRules.of(
                            PATHS,
                            "1aAbcCdfFghiklmnNopqQrRsStuUvxXZ -I: -T: -w: --all --almost-all --author --classify?"
                                    + " --color? --directory --full-time --group-directories-first --human-readable"
                                    + " --inode --numeric-uid-gid --recursive --reverse --size --sort: --time:"
                                    + " --time-style:")),
            entry("pwd", ArgumentRules.of(NONE, "LP")),
            entry(
                    "sort",
                    ArgumentRules.of(
                            PATHS,
                            "bdfgiMhnRrVcCmsuz -k: -t: --key: --field-separator: --ignore-case --numeric-sort"
                                    + " --human-numeric-sort --general-numeric-sort --version-sort --reverse --stable"
                                    + " --unique --check?")),
            entry("stat", ArgumentRules.of(PATHS, "ft -c: --format: --printf: --file-system --terse")),
            entry("tail", ArgumentRules.of(PATHS, "0123456789qvz -n: -c: --lines: --bytes: --quiet --verbose")),
            entry("uname", ArgumentRules.of(NONE, "asnrvmpio --all --kernel-name --kernel-release --machine")),
            entry("uptime", ArgumentRules.of(NONE, "ps --pretty --since")),
            entry("wc", ArgumentRules.of(PATHS, "clmLw --bytes --chars --lines --words --max-line-length")));

    private static final String LOG =
            "0123456789pn -n: -S: -G: --oneline --stat? --graph --decorate? --all --since: --until: --after: --before:"
                    + " --author: --committer: --grep: --max-count: --skip: --format: --pretty? --abbrev-commit"
                    + " --no-merges --merges --first-parent --reverse --date: --follow --patch --no-patch --topo-order"
                    + " --date-order ";

    private static final String DIFF =
            "pwb -U: --stat? --name-only --name-status --shortstat --numstat --summary --patch --no-patch --unified:"
                    + " --word-diff? --ignore-all-space --ignore-space-change --diff-filter: --minimal --patience"
                    + " --histogram --color? ";

    /** What each allowed subcommand of git may be told. */
    private static final Map<String, ArgumentRules> GIT = Map.of(
            "status",
            ArgumentRules.of(
                    REVISIONS,
                    "sbvuz --short --branch --long --porcelain? --show-stash --untracked-files? --ignored? --verbose"),
            "log",
            ArgumentRules.of(REVISIONS, LOG + DIFF),
            "show",
            ArgumentRules.of(REVISIONS, LOG + DIFF),
            "diff",
            ArgumentRules.of(REVISIONS, DIFF + "--cached --staged --check --exit-code --quiet --merge-base"));

    private Programs() {}

    /** The rules of a program other than git; empty for one that only the settings know. */
    static Optional<ArgumentRules> rules(String program) {
        return Optional.ofNullable(TABLE.get(program));
    }

    static Optional<ArgumentRules> gitRules(String subcommand) {
        return Optional.ofNullable(GIT.get(subcommand));
    }
}
