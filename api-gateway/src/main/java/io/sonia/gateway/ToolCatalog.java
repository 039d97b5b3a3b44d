package io.sonia.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.ToolCard;
import io.sonia.contracts.openclaw.ToolList;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.Clock;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tools a model may be offered: what OpenClaw can run and policy does not block outright. */
final class ToolCatalog {

    private static final Duration FRESH = Duration.ofSeconds(30);
    private static final Duration TIME = Duration.ofSeconds(2);

    private record Listed(List<ToolCard> tools, long atNanos) {}

    private final Peer openclaw;
    private final Clock clock;
    private volatile @Nullable Listed listed;

    ToolCatalog(Peer openclaw, Clock clock) {
        this.openclaw = openclaw;
        this.clock = clock;
    }

    /** What to offer; only tools in {@code names} if that is given. None if OpenClaw is away. */
    List<ToolSpec> offer(Context context, @Nullable List<String> names) {
        return tools(context).stream()
                .filter(tool -> tool.available() && tool.riskTier() != RiskTier.BLOCKED)
                .filter(tool -> names == null || names.contains(tool.name()))
                .map(tool -> new ToolSpec(tool.name(), tool.description(), tool.argsSchema()))
                .toList();
    }

    private List<ToolCard> tools(Context context) {
        Listed known = listed;
        if (known != null && clock.nanoTime() - known.atNanos() < FRESH.toNanos()) {
            return known.tools();
        }
        try {
            List<ToolCard> tools = openclaw.on(context.within(TIME), Operation.TOOL_LIST)
                    .send(ToolList.class)
                    .tools();
            listed = new Listed(tools, clock.nanoTime());
            return tools;
        } catch (SoniaException e) {
            return known == null ? List.of() : known.tools();
        }
    }
}
