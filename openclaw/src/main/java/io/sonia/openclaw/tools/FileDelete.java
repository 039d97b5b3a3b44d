package io.sonia.openclaw.tools;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.util.List;

/**
 * Is known so that asking for it is refused by policy and on record, and does nothing: what was deleted could not be
 * given back. A policy that lets it pass does not change that.
 */
public final class FileDelete extends Tool<FileDelete.Args> {

    private static final ToolFacts FACTS = new ToolFacts(
            "file.delete",
            "Delete a file",
            "Is always refused",
            RiskTier.BLOCKED,
            ToolFacts.Times.ofMillis(5000, 15_000),
            false,
            false,
            false,
            "nothing is done",
            List.of("file"));

    private final Sandbox sandbox;

    public FileDelete(Sandbox sandbox) {
        super(FACTS, Args.class, Result.class);
        this.sandbox = sandbox;
    }

    /** Which file. */
    public record Args(@Text(min = 1, max = 1024) String path) {}

    /** Never given. */
    public record Result() {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(sandbox.resolve(args.path()));
    }

    private final class Call extends PathCall {

        Call(SandboxPath path) {
            super(sandbox, path);
        }

        @Override
        public void inspect() {
            throw denied();
        }

        @Override
        public Ran run(ToolRun run) {
            throw denied();
        }

        @Override
        public Verification verify(ToolRun run) {
            throw denied();
        }
    }

    private static SoniaException denied() {
        return SoniaException.of(ErrorCode.POLICY_DENIED).with("rule_id", "tier:blocked");
    }
}
