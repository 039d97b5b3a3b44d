package io.sonia.contracts.audit;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.process.Answered;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The last signed heads in a git repository, on a branch of their own: each commit has a file per chain, and none is
 * made on top of one that somebody else has put there meanwhile. The branch can be pushed to where this machine has no
 * power over it.
 */
final class GitHeads {

    private static final String BRANCH = "refs/heads/sonia-audit-heads";
    private static final String AUTHOR = "SONIA";
    private static final String ADDRESS = "notary@localhost";
    private static final String NOTHING = "0".repeat(40);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path repository;

    GitHeads(Path repository) {
        this.repository = repository;
    }

    /**
     * The heads of the newest commit by chain; none before the first.
     *
     * @throws SoniaException STORAGE_UNAVAILABLE if there is no git, or no repository
     */
    Map<String, String> read() {
        Optional<String> newest = newest();
        return newest.isEmpty() ? Map.of() : read(newest.get());
    }

    /**
     * The head of one chain in the newest commit.
     *
     * @throws SoniaException as {@link #read()}
     */
    Optional<String> head(String chain) {
        required("", "rev-parse", "--git-dir");
        Answered blob = run("", "cat-file", "blob", BRANCH + ":" + chain);
        return blob.code() == 0 ? Optional.of(blob.output()) : Optional.empty();
    }

    /**
     * Commits these heads, if they are not what the newest commit has.
     *
     * @throws SoniaException STORAGE_UNAVAILABLE if that fails, CONFLICT if the branch was moved meanwhile
     */
    void commit(Map<String, String> heads) {
        Optional<String> before = newest();
        if (heads.isEmpty() || (before.isPresent() && read(before.get()).equals(heads))) {
            return;
        }
        StringBuilder tree = new StringBuilder();
        new TreeMap<>(heads)
                .forEach((chain, note) -> tree.append("100644 blob ")
                        .append(required(note, "hash-object", "-w", "--stdin"))
                        .append('\t')
                        .append(chain)
                        .append('\n'));
        List<String> commit =
                new ArrayList<>(List.of("commit-tree", required(tree.toString(), "mktree"), "-m", "Audit heads"));
        before.ifPresent(parent -> commit.addAll(List.of("-p", parent)));
        String made = required("", commit.toArray(String[]::new));
        if (run("", "update-ref", BRANCH, made, before.orElse(NOTHING)).code() != 0) {
            throw SoniaException.of(ErrorCode.CONFLICT, "The branch of the audit heads was moved by somebody else");
        }
    }

    private Optional<String> newest() {
        required("", "rev-parse", "--git-dir");
        Answered newest = run("", "rev-parse", "--verify", "--quiet", BRANCH);
        return newest.code() == 0 ? Optional.of(newest.output().strip()) : Optional.empty();
    }

    private Map<String, String> read(String commit) {
        Map<String, String> heads = new TreeMap<>();
        for (String chain :
                required("", "ls-tree", "--name-only", commit).lines().toList()) {
            Answered blob = run("", "cat-file", "blob", commit + ":" + chain);
            heads.put(chain, blob.code() == 0 ? blob.output() : "");
        }
        return heads;
    }

    private String required(String input, String... words) {
        Answered ended = run(input, words);
        if (ended.code() != 0) {
            throw SoniaException.of(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "git " + words[0] + " failed in audit.heads_git: make it a repository of this user with git init");
        }
        return ended.output().strip();
    }

    private Answered run(String input, String... words) {
        List<String> command = new ArrayList<>(List.of(
                "git",
                "-C",
                repository.toString(),
                "-c",
                "user.name=" + AUTHOR,
                "-c",
                "user.email=" + ADDRESS,
                "-c",
                "commit.gpgsign=false"));
        command.addAll(List.of(words));
        try {
            return Answered.by(command, input, PATIENCE);
        } catch (IOException e) {
            throw SoniaException.of(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "git cannot be run for audit.heads_git: install git, or take the key out");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.caused(ErrorCode.TIMEOUT, e);
        }
    }
}
