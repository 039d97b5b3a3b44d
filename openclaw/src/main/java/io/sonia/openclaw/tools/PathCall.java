package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.IOException;

/** A call about one path of the sandbox, which must be open to tools and may not be reached by a link. */
abstract class PathCall implements PreparedCall {

    private final Sandbox sandbox;

    /** What the call is about. */
    final SandboxPath path;

    PathCall(Sandbox sandbox, SandboxPath path) {
        this.sandbox = sandbox;
        this.path = path;
    }

    @Override
    public final Resolved resolved() {
        return new Resolved(path.shown(), null, null);
    }

    @Override
    public void inspect() throws IOException {
        sandbox.requireOpen(path);
        sandbox.look(path);
    }
}
