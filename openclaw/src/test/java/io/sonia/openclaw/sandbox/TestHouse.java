package io.sonia.openclaw.sandbox;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Context;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/** A SONIA_HOME with a workspace, data and secrets, beside a folder outside with a file nobody may read. */
public final class TestHouse {

    public static final String SECRET = "only for the owner";
    public static final List<String> PROTECTED =
            List.of("*.db*", "data/sessions/", "secrets/", "config/", "state/", "logs/");

    public final Path home;
    public final Path workspace;
    public final Path data;
    public final Path outside;
    public final Sandbox sandbox;
    private final Ids ids = new Ids(new SecureRandom());

    public TestHouse(Path folder) throws IOException {
        this.home = folder.toRealPath().resolve("home");
        this.workspace = Files.createDirectories(home.resolve("workspace"));
        this.data = Files.createDirectories(home.resolve("data"));
        this.outside = Files.createDirectories(folder.toRealPath().resolve("outside"));
        for (String each : List.of("secrets", "config", "state", "logs", "data/sessions", "data/memory")) {
            Files.createDirectories(home.resolve(each));
        }
        Files.writeString(outside.resolve("secret.txt"), SECRET);
        Files.writeString(home.resolve("secrets/root.key"), SECRET);
        Files.writeString(data.resolve("memory/sonia.db"), SECRET);
        Files.writeString(data.resolve("sessions/ses_1.json"), SECRET);
        Files.writeString(data.resolve("readme.txt"), "public data");
        Files.writeString(workspace.resolve("notes.txt"), "buy milk");
        Files.createDirectories(workspace.resolve("docs/deep"));
        Files.writeString(workspace.resolve("docs/a.txt"), "alpha");
        Files.writeString(workspace.resolve("docs/deep/b.txt"), "beta");
        this.sandbox = sandbox(true);
    }

    /** The usual roots; the workspace may be made read-only. */
    public Sandbox sandbox(boolean writable) throws IOException {
        return new Sandbox(
                home,
                "S:",
                List.of(
                        new SandboxRoot(workspace, workspace.toRealPath(), writable),
                        new SandboxRoot(data, data.toRealPath(), false)),
                PROTECTED);
    }

    public Ids ids() {
        return ids;
    }

    /** A run for {@code olena} with time enough. */
    public ToolRun run() {
        return run(Duration.ofSeconds(30));
    }

    public ToolRun run(Duration time) {
        Context context = Context.own(ServiceName.API_GATEWAY, "req_test", "olena", time, ids, Clock.system());
        return new ToolRun(ids.next("exe_"), context, null);
    }
}
