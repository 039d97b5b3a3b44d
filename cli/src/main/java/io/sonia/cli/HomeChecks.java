package io.sonia.cli;

import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.Home;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Whether the home can be used and keeps its secrets: folders, keys, policy. */
final class HomeChecks {

    static final String PERMISSIONS = "permissions";

    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private final Home home;

    HomeChecks(Home home) {
        this.home = home;
    }

    List<Finding> all() {
        if (!Files.exists(home.root())) {
            return List.of(Finding.note("home", home.root() + " is not there yet", "./sonia up makes it"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(
                Files.isDirectory(home.root()) && Files.isWritable(home.root())
                        ? Finding.good("home", home.root().toString())
                        : Finding.bad("home", home.root() + " cannot be written", "set SONIA_HOME to another folder"));
        findings.add(ownerOnly());
        findings.add(keys());
        findings.addAll(policy());
        return findings;
    }

    /** That secrets and data are closed to others, if there are any. */
    List<Finding> closed() {
        return Files.exists(home.root()) ? List.of(ownerOnly()) : List.of();
    }

    /** Each secret must be closed by itself, or the services refuse it; data is closed by its folder. */
    private Finding ownerOnly() {
        List<String> open = new ArrayList<>();
        try (Stream<Path> secrets = Files.exists(home.secrets()) ? Files.walk(home.secrets()) : Stream.empty()) {
            Stream.concat(secrets, Stream.of(home.data()).filter(Files::exists))
                    .filter(HomeChecks::openToOthers)
                    .map(Path::toString)
                    .forEach(open::add);
        } catch (IOException e) {
            return Finding.bad(PERMISSIONS, Reason.of(e), "give the home back to its owner");
        }
        return open.isEmpty()
                ? Finding.good(PERMISSIONS, "secrets and data are open to their owner only")
                : Finding.bad(
                        PERMISSIONS,
                        String.join(", ", open) + " can be used by others",
                        "run chmod -R go-rwx " + home.secrets() + " " + home.data());
    }

    private static boolean openToOthers(Path path) {
        try {
            return Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains);
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    private Finding keys() {
        List<Path> needed = List.of(home.rootKey(), home.signingKey(), home.publicKey());
        List<String> missing = needed.stream()
                .filter(file -> !Files.isReadable(file))
                .map(Path::toString)
                .toList();
        if (missing.isEmpty()) {
            return Finding.good("keys", home.secrets().toString());
        }
        return missing.size() == needed.size()
                ? Finding.note("keys", "none yet", "./sonia up makes them")
                : Finding.bad("keys", String.join(", ", missing) + " missing", "restore them from a backup");
    }

    private List<Finding> policy() {
        if (!Files.exists(home.policies())) {
            return List.of(Finding.note("policy", "none yet", "./sonia up makes it"));
        }
        try {
            return List.of(
                    Finding.good("policy", PolicySet.load(home.policies()).version()));
        } catch (SoniaException refused) {
            return refused.details().get("problems") instanceof List<?> problems
                    ? problems.stream()
                            .map(each -> Finding.bad(
                                    "policy", SafeText.line(String.valueOf(each)), "correct " + home.policies()))
                            .toList()
                    : List.of(Finding.bad("policy", refused.text(), "correct " + home.policies()));
        }
    }
}
