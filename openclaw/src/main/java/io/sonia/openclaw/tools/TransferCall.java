package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.openclaw.sandbox.Entry;
import io.sonia.openclaw.sandbox.Folder;
import io.sonia.openclaw.sandbox.Refusal;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call that brings one file to another place of the sandbox. */
abstract class TransferCall implements PreparedCall {

    final FileChanges changes;
    final Sandbox sandbox;
    final SandboxPath source;
    final SandboxPath destination;
    final String temporary;
    private final boolean overwrite;
    private boolean isNew;

    /** What the file held when it was looked at, and then when it was moved or copied. */
    String sha256 = "";

    TransferCall(FileChanges changes, SandboxPath source, SandboxPath destination, boolean overwrite) {
        this.changes = changes;
        this.sandbox = changes.sandbox();
        this.source = source;
        this.destination = destination;
        this.overwrite = overwrite;
        this.temporary = changes.temporaryName();
    }

    @Override
    public final Resolved resolved() {
        return new Resolved(destination.shown(), null, null);
    }

    @Override
    public void inspect() throws IOException {
        sandbox.requireOpen(source);
        changes.requireReplaceable(destination);
        if (source.isRoot()) {
            throw Refusal.failed("not_a_file", source.shown());
        }
        if (source.equals(destination)) {
            throw Refusal.failed("same_file", source.shown());
        }
        sha256 = changes.hash(source, () -> {});
        Optional<Entry> old = sandbox.look(destination);
        requireFree(old);
        isNew = old.isEmpty();
    }

    @Override
    public final Map<String, @Nullable Object> trace() {
        Map<String, @Nullable Object> trace = new LinkedHashMap<>();
        trace.put("source", source.shown());
        trace.put("destination", destination.shown());
        trace.put("sha256", sha256);
        trace.put("temporary", temporary);
        trace.put("is_new", isNew);
        return trace;
    }

    @Override
    public final Ran run(ToolRun run) throws IOException {
        return changes.alone(destination, run, () -> {
            try (Folder from = sandbox.openParent(source);
                    Folder to = sandbox.openParent(destination)) {
                Optional<Entry> old = changes.previous(to, destination);
                requireFree(old);
                String before = old.isEmpty()
                        ? null
                        : changes.scan(to, destination, run).sha256();
                return transfer(from, to, old, before, run);
            }
        });
    }

    /** Does it; {@code before} is the hash of what will be replaced. */
    abstract Ran transfer(Folder from, Folder to, Optional<Entry> old, @Nullable String before, ToolRun run)
            throws IOException;

    private void requireFree(Optional<Entry> old) {
        if (old.isPresent() && !overwrite) {
            throw Refusal.failed("exists", destination.shown());
        }
    }
}
