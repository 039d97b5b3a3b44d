package io.sonia.openclaw;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SoniaException;
import io.sonia.openclaw.OpenClawConfig.Access;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes the sandbox that the settings describe. */
final class Roots {

    private Roots() {}

    /**
     * Opens the roots; those below SONIA_HOME are made if they are missing.
     *
     * @throws SoniaException CONFIG_INVALID naming the root that cannot be used
     */
    static Sandbox sandbox(Home home, OpenClawConfig config) {
        List<SandboxRoot> roots = new ArrayList<>();
        for (OpenClawConfig.Root root : config.roots()) {
            roots.add(root(home, root));
        }
        try {
            return new Sandbox(home.root(), config.driveAlias(), roots, config.protectedPaths());
        } catch (IOException e) {
            throw refused(home.root(), e);
        }
    }

    private static SandboxRoot root(Home home, OpenClawConfig.Root root) {
        Path named = home.root().resolve(root.path()).normalize();
        try {
            if (named.startsWith(home.root())) {
                Files.createDirectories(named);
            }
            return new SandboxRoot(named, named.toRealPath(), root.access() == Access.RW);
        } catch (IOException e) {
            throw refused(named, e);
        }
    }

    private static SoniaException refused(Path root, IOException cause) {
        return SoniaException.of(ErrorCode.CONFIG_INVALID, "A folder of openclaw.roots cannot be used")
                .with(
                        "problems",
                        List.of("openclaw.roots: " + root + ": "
                                + cause.getClass().getSimpleName()));
    }
}
