package io.sonia.openclaw;

import io.sonia.contracts.openclaw.ToolCard;
import io.sonia.contracts.openclaw.ToolFilter;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Violation;
import io.sonia.kernel.json.Violations;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Tool;
import io.sonia.openclaw.tools.ToolFacts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tools of this host, by name. */
final class Toolbox {

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    private final Map<String, Tool<?>> tools;
    private final List<ToolCard> cards;

    Toolbox(List<Tool<?>> tools) {
        this.tools = tools.stream()
                .collect(Collectors.toMap(each -> each.facts().name(), Function.identity(), (a, b) -> a, TreeMap::new));
        this.cards = this.tools.values().stream().map(Toolbox::card).toList();
    }

    /** The tool of that name; NOT_FOUND if there is none. */
    Tool<?> find(String name) {
        Tool<?> tool = tools.get(name);
        if (tool == null) {
            throw SoniaException.of(ErrorCode.NOT_FOUND, "There is no tool of this name")
                    .with("tool_name", name);
        }
        return tool;
    }

    /** The tool of that name; NOT_FOUND, or TOOL_UNAVAILABLE if it cannot run here. */
    Tool<?> require(String name) {
        Tool<?> tool = find(name);
        tool.unavailableReason().ifPresent(reason -> {
            throw SoniaException.of(ErrorCode.TOOL_UNAVAILABLE).with("unavailable_reason", reason);
        });
        return tool;
    }

    /**
     * Reads the arguments and makes the call ready.
     *
     * @throws SoniaException INVALID_ARGUMENT with paths below {@code args}, and what {@link Tool#prepare} refuses
     */
    static <A extends Record> PreparedCall prepare(Tool<A> tool, Map<String, @Nullable Object> args) {
        Violations found = new Violations();
        A read = Shape.of(tool.argsType()).read(args, found);
        if (read != null) {
            return tool.prepare(read);
        }
        Violations placed = new Violations();
        for (Violation each : found.found()) {
            placed.add("args." + each.path(), each.rule(), each.message());
        }
        placed.throwIfAny();
        throw new IllegalStateException("arguments were refused without a reason");
    }

    List<ToolCard> cards(ToolFilter filter) {
        return cards.stream()
                .filter(each -> filter.tier() == null || each.riskTier() == filter.tier())
                .filter(each -> filter.available() == null || each.available() == filter.available())
                .toList();
    }

    ToolCard card(String name) {
        String known = find(name).facts().name();
        return cards.stream()
                .filter(each -> each.name().equals(known))
                .findFirst()
                .orElseThrow();
    }

    long available() {
        return cards.stream().filter(ToolCard::available).count();
    }

    private static ToolCard card(Tool<?> tool) {
        ToolFacts facts = tool.facts();
        String reason = tool.unavailableReason().orElse(null);
        return new ToolCard(
                facts.name(),
                facts.displayName(),
                facts.description(),
                facts.tier(),
                inDialect(tool.argsSchema()),
                inDialect(Shape.of(tool.resultType()).schema()),
                (int) facts.times().normal().toMillis(),
                (int) facts.times().most().toMillis(),
                facts.idempotent(),
                facts.reversible(),
                facts.requiresConfirmation(),
                true,
                reason == null,
                reason,
                facts.verification(),
                facts.tags());
    }

    private static Map<String, @Nullable Object> inDialect(Map<String, @Nullable Object> schema) {
        schema.put("$schema", DIALECT);
        return schema;
    }
}
