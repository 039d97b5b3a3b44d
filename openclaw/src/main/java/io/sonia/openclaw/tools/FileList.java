package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.sandbox.Entry;
import io.sonia.openclaw.sandbox.Folder;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists a folder, or everything below it. Links are listed and never followed; protected names are left out. */
public final class FileList extends Tool<FileList.Args> {

    private static final int MAX_DEPTH = 32;
    private static final int MAX_NAMES_OF_A_FOLDER = 20_000;

    private static final ToolFacts FACTS = ToolFacts.reading(
            "file.list",
            "List files",
            "Lists the files and folders in a folder",
            ToolFacts.Times.ofMillis(5000, 15_000),
            "all entries are inside the folder and no more than asked for",
            "file");

    private final Sandbox sandbox;

    public FileList(Sandbox sandbox) {
        super(FACTS, Args.class, Result.class);
        this.sandbox = sandbox;
    }

    /** Which folder, and how far. */
    public record Args(
            @Default("\".\"") @Text(min = 1, max = 1024) String path,
            @Default("false") boolean recursive,
            @Default("500") @Range(min = 1, max = 5000) int limit) {}

    /** The entries by name, a folder before what is in it. */
    public record Result(String path, @Items(max = 5000) List<Item> entries, int count, boolean truncated) {}

    /** One entry; its name is relative to the folder listed. */
    public record Item(
            @Text(max = 1024) String name,
            Entry.Kind kind,
            @Nullable Long sizeBytes,
            Instant modifiedAt) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args, sandbox.resolve(args.path()));
    }

    private final class Call extends PathCall {

        private final Args args;
        private final List<Item> entries = new ArrayList<>();
        private boolean truncated;

        Call(Args args, SandboxPath path) {
            super(sandbox, path);
            this.args = args;
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            try (Folder folder = sandbox.open(path)) {
                list(folder, path, "", run);
            }
            return Ran.of(new Result(path.shown(), entries, entries.size(), truncated));
        }

        private void list(Folder folder, SandboxPath at, String prefix, ToolRun run) throws IOException {
            run.check();
            List<String> names = folder.names(MAX_NAMES_OF_A_FOLDER + 1);
            truncated |= names.size() > MAX_NAMES_OF_A_FOLDER;
            Collections.sort(names);
            for (String name : names) {
                SandboxPath child = sandbox.child(at, name);
                Optional<Entry> entry = sandbox.isProtected(child) ? Optional.empty() : folder.look(name);
                if (entry.isEmpty()) {
                    continue;
                }
                if (entries.size() == args.limit()) {
                    truncated = true;
                    return;
                }
                entries.add(item(prefix + name, entry.get()));
                if (args.recursive() && entry.get().kind() == Entry.Kind.DIRECTORY) {
                    enter(folder, child, prefix + name + "/", run);
                }
            }
        }

        private void enter(Folder folder, SandboxPath child, String prefix, ToolRun run) throws IOException {
            if (child.names().size() - path.names().size() >= MAX_DEPTH) {
                truncated = true;
                return;
            }
            try (Folder below = folder.enter(child.name())) {
                list(below, child, prefix, run);
            }
        }

        @Override
        public Verification verify(ToolRun run) {
            long inside = entries.stream().filter(each -> inside(each.name())).count();
            return Verification.of(
                    Check.same("inside", (long) entries.size(), inside),
                    new Check("limit", inside <= args.limit(), "at most " + args.limit(), Long.toString(inside)));
        }
    }

    private static boolean inside(String name) {
        return !name.startsWith("/") && !List.of(name.split("/")).contains("..");
    }

    private static Item item(String name, Entry entry) {
        Long size = entry.kind() == Entry.Kind.FILE ? Long.valueOf(entry.sizeBytes()) : null;
        return new Item(name, entry.kind(), size, entry.modifiedAt());
    }
}
