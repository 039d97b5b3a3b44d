package io.sonia.evaos;

import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/** The policy files on disk: read at start, written when a change was approved, and looked at in between. */
final class PolicyFolder {

    /** How the files compare with the policy in force. */
    enum State {
        IN_FORCE,
        /** A sound policy, but another one. */
        CHANGED,
        /** No policy. */
        INVALID
    }

    /** What was found, and everything wrong with it. */
    record Found(State state, List<String> problems) {}

    private final Path folder;

    PolicyFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads the files.
     *
     * @throws SoniaException CONFIG_INVALID
     */
    PolicySet load() {
        return PolicySet.load(folder);
    }

    /** Writes a set, each file aside and then in place; whoever is interrupted does it again. */
    void write(PolicySet set) {
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, String> file : set.texts().entrySet()) {
                Path aside = folder.resolve("." + file.getKey() + ".new");
                Files.write(aside, file.getValue().getBytes(StandardCharsets.UTF_8));
                try (FileChannel written = FileChannel.open(aside, StandardOpenOption.WRITE)) {
                    written.force(true);
                }
                Files.move(
                        aside,
                        folder.resolve(file.getKey()),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
                entries.force(true);
            }
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        }
    }

    Found compared(String versionInForce) {
        try {
            boolean same = load().version().equals(versionInForce);
            return new Found(same ? State.IN_FORCE : State.CHANGED, List.of());
        } catch (SoniaException refused) {
            Object problems = refused.details().get("problems");
            List<String> told = problems instanceof List<?> list
                    ? list.stream().map(String::valueOf).toList()
                    : List.of(refused.text());
            return new Found(State.INVALID, told);
        }
    }
}
