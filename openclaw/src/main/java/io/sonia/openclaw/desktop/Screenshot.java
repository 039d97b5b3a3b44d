package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Violations;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.desktop.Desktop.Screen;
import io.sonia.openclaw.sandbox.SandboxPath;
import io.sonia.openclaw.tools.FileChanges;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Takes a picture of the screen into a file of the workspace. */
public final class Screenshot extends DesktopTool<Screenshot.Args> {

    private static final ToolFacts FACTS = acting(
            "screenshot",
            "Take a screenshot",
            "Takes a picture of the screen, or of a part, into a PNG file in the folder screenshots",
            RiskTier.GUARDED_MEDIUM,
            ToolFacts.Times.ofMillis(5000, 15_000),
            "the file holds a whole picture of that size");

    private static final byte[] NOTHING = {};

    private final FileChanges changes;
    private final SandboxPath folder;

    public Screenshot(Desktop desktop, FileChanges changes) {
        super(desktop, Program.MAIM, FACTS, Args.class, Result.class);
        this.changes = changes;
        this.folder = changes.sandbox().resolve("screenshots");
    }

    /** What to take; the whole screen without a region. */
    public record Args(@Nullable Region region) {}

    /** A rectangle of pixels, from the upper left corner of the screen. */
    public record Region(
            @Range(max = 65_535) int x,
            @Range(max = 65_535) int y,
            @Range(min = 1, max = 65_535) int width,
            @Range(min = 1, max = 65_535) int height) {}

    /** The picture. */
    public record Result(String path, int width, int height, String sha256) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args.region());
    }

    private final class Call implements PreparedCall {

        private final @Nullable Region region;
        private byte[] picture = NOTHING;
        private @Nullable SandboxPath path;
        private Region taken = new Region(0, 0, 0, 0);

        Call(@Nullable Region region) {
            this.region = region;
        }

        @Override
        public Resolved resolved() {
            return new Resolved(folder.shown(), null, null);
        }

        @Override
        public void inspect() throws IOException {
            changes.sandbox().requireWritable(folder);
            changes.sandbox().look(folder);
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            taken = desktop.alone(run, () -> within(desktop.screen(run)));
            String geometry = "%dx%d+%d+%d".formatted(taken.width(), taken.height(), taken.x(), taken.y());
            var output = desktop.done(
                            run,
                            NOTHING,
                            changes.maxFileBytes(),
                            Program.MAIM,
                            "--hidecursor",
                            "--format=png",
                            "--geometry=" + geometry)
                    .output();
            if (output.truncated()) {
                throw Desktop.failed("too_large").with("limit_bytes", changes.maxFileBytes());
            }
            picture = output.bytes();
            SandboxPath file = changes.sandbox().child(folder, run.executionId() + ".png");
            path = file;
            Result result = new Result(file.shown(), taken.width(), taken.height(), Sha256.hex(picture));
            return changes.create(file, picture, run, result);
        }

        private Region within(Screen screen) {
            if (region == null) {
                return new Region(0, 0, screen.width(), screen.height());
            }
            if (region.x() + region.width() > screen.width() || region.y() + region.height() > screen.height()) {
                String message = "expected a part of the screen of %d x %d".formatted(screen.width(), screen.height());
                throw Violations.single("args.region", "range", message);
            }
            return region;
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            String written = path == null ? "nothing" : changes.hash(path, run::check);
            return Verification.of(
                    Check.same("sha256", Sha256.hex(picture), written),
                    Check.same("size", taken.width() + " x " + taken.height(), Png.size(picture)));
        }
    }
}
