package io.sonia.openclaw;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Named;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.shell.Isolation;
import java.util.List;
import java.util.Map;

/**
 * The {@code openclaw} section.
 *
 * @param roots where file tools work; relative paths of callers start in the first one
 * @param protectedPaths places inside the roots that stay closed: names, or subtrees of SONIA_HOME that end in a slash
 * @param driveAlias what stands for SONIA_HOME at the start of a path
 * @param display the X11 display of desktop tools: {@code auto} for that of the environment, {@code off}, or its name
 * @param apps programs that {@code app.launch} may start, absolute, by name
 * @param isolation whether commands run in bubblewrap: where it works, always or never
 */
public record OpenClawConfig(
        @Default("[{\"path\": \"workspace\", \"access\": \"rw\"}, {\"path\": \"data\", \"access\": \"ro\"}]")
        @Items(min = 1, max = 16)
        List<Root> roots,

        @Named("protected")
        @Default("[\"*.db*\", \"data/sessions/\", \"secrets/\", \"config/\", \"state/\", \"logs/\"]")
        @Items(max = 64)
        List<String> protectedPaths,

        @Default("\"S:\"") @Text(max = 16) String driveAlias,

        @Default("10485760") @Range(min = 1024, max = 1_073_741_824)
        int maxFileBytes,

        @Default("\"auto\"") Isolation.Mode isolation,
        @Default("{}") Shell shell,
        @Default("{}") Web web,

        @Default("\"auto\"") @Text(min = 1, max = 64, pattern = "auto|off|[A-Za-z0-9_./-]*:[0-9]{1,5}(\\.[0-9]{1,3})?")
        String display,

        @Default("{}") @Items(max = 50) @Text(min = 2, max = 4096, pattern = "/.*")
        Map<String, String> apps,

        @Default("8") @Range(min = 1, max = 256) int maxRunning,
        @Default("64") @Range(max = 10_000) int maxWaiting) {

    /** A folder, below SONIA_HOME or absolute. */
    public record Root(@Text(min = 1, max = 1024) String path, Access access) {}

    /** What tools may do in a root. */
    public enum Access {
        RO,
        RW
    }

    /**
     * What {@code shell.run} may run.
     *
     * @param allowed names of programs; one without rules in SONIA gets only its paths checked
     * @param processes how many processes one command may have at once
     */
    public record Shell(
            @Default(
                    "[\"cat\", \"date\", \"df\", \"du\", \"echo\", \"find\", \"git\", \"grep\", \"head\", \"hostname\","
                            + " \"id\", \"ls\", \"pwd\", \"sort\", \"stat\", \"tail\", \"uname\", \"uptime\", \"wc\"]")
            @Items(max = 100)
            @Text(min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._+-]*")
            List<String> allowed,

            @Default("30") @Range(min = 1, max = 3600) int cpuSeconds,

            @Default("536870912") @Range(min = 16_777_216, max = 1_099_511_627_776L)
            long memoryBytes,

            @Default("64") @Range(min = 1, max = 4096) int processes) {}

    /** Bounds of {@code web.fetch}. */
    public record Web(
            @Default("524288") @Range(min = 1024, max = 16_777_216)
            int maxBytes,

            @Default("3") @Range(max = 10) int maxRedirects) {}
}
